import type { BuildContext } from './build-context.ts'
import { bad, list, type Shape, struct, text } from './decode.ts'
import { matchesGlob } from './glob.ts'
import type { RunsOn } from './plan.ts'

/** Passes when nothing in `exclude` matches and something in `include` does, or `include` is empty. */
export interface Condition {
  include: string[]
  exclude: string[]
}

/** What a key that is not there means; never written to, so one is enough for all. */
const open: Condition = { include: [], exclude: [] }

const both = struct({ include: list(text), exclude: list(text) })

/**
 * A text, a list, or a map of `include` and `exclude`. What does not fit is dropped without an error, as Drone does: a
 * lone `include: main` (no list) leaves the condition open for everything.
 */
const condition: Shape<Condition> = {
  zero: () => open,
  read(node, there, decoder) {
    if (node.kind === 'scalar') {
      const { value } = decoder.attempt(node, text, '')
      return value === bad ? { include: [], exclude: [] } : { include: [value], exclude: there.exclude }
    }
    if (node.kind === 'list') {
      const { value } = decoder.attempt(node, list(text), [])
      return { include: value === bad ? [] : value, exclude: [] }
    }
    const { value } = decoder.attempt(node, both, both.zero())
    return value === bad ? { include: [], exclude: [] } : { include: value.include, exclude: value.exclude }
  },
}

const names = ['branch', 'event', 'ref', 'repo', 'instance', 'target', 'cron', 'action', 'status', 'paths'] as const
export type Conditions = { [K in (typeof names)[number]]: Condition } & { line: number; at: Record<string, number> }

/** The value of `trigger` and of `when`. */
export const conditions = struct(
  Object.fromEntries(names.map((name) => [name, condition])),
) as unknown as Shape<Conditions>

export const passes = ({ include, exclude }: Condition, value: string): boolean =>
  !exclude.some((pattern) => matchesGlob(pattern, value)) &&
  (include.length === 0 || include.some((pattern) => matchesGlob(pattern, value)))

const isOpen = ({ include, exclude }: Condition) => include.length + exclude.length === 0

/** Says whether a pipeline's `trigger` selects it. `instance` and `status` are not asked here. */
export const triggers = (when: Conditions, build: BuildContext): boolean =>
  passes(when.branch, build.branch) &&
  passes(when.event, build.event) &&
  passes(when.action, build.action ?? '') &&
  passes(when.ref, build.ref) &&
  passes(when.repo, build.repo.slug) &&
  passes(when.target, build.deployTo ?? '') &&
  passes(when.cron, build.cron ?? '')

/** Says whether a step's `when` keeps it. */
export const keeps = (when: Conditions, build: BuildContext): boolean =>
  triggers(when, build) && passes(when.instance, build.system.host)

/** Which state of the build a step waits for: success unless `when.status` says otherwise. */
export function stepRunsOn({ status }: Conditions): RunsOn {
  if (isOpen(status) || !passes(status, 'failure')) return 'on-success'
  return passes(status, 'success') ? 'always' : 'on-failure'
}

/** Which state of the build a pipeline starts in. */
export function pipelineStatus({ status }: Conditions): { onSuccess: boolean; onFailure: boolean } {
  return { onSuccess: passes(status, 'success'), onFailure: !isOpen(status) && passes(status, 'failure') }
}
