import { jsonEqual } from '@sampan/kit/json-equal'
import { unifiedDiff } from '@sampan/kit/unified-diff'
import type { KubeObject } from '@sampan/resources/meta'
import { api, Refused } from './api.ts'
import { contested, filledIn, type Managed } from './managed-fields.ts'
import { kubePath, type ObjectTarget } from './object.ts'
import type { Path } from './schema-field.ts'
import { type Clash, onTopOf, type Side, written } from './three-way.ts'
import { inOrderOf, pathFrom, withoutManagers, yamlOf } from './yaml-text.ts'

/** What saving would do, as the server itself worked it out. */
export interface Review {
  /** The object as it is on the server now. */
  newest: KubeObject
  /** What would be sent. */
  sent: KubeObject
  /** Unified diff of YAML, from what is there to what would be. */
  diff: string
  /** What others changed since the editing began; empty when nobody did. */
  theirs: string
  /** Fields both sides changed. */
  clashes: readonly Clash[]
  /** What is changed although others keep it, who may set it back. */
  contested: readonly Managed[]
  /** What the server fills in by itself. */
  filled: readonly string[]
}

export const manager = 'sampan-console'

const query = (options: Record<string, string>) =>
  `?${new URLSearchParams({ fieldManager: manager, fieldValidation: 'Strict', ...options })}`

const put = (target: ObjectTarget, body: KubeObject, options: Record<string, string> = {}) =>
  api<KubeObject>(`${kubePath(target)}${query(options)}`, { method: 'PUT', body: withoutManagers(body) })

export const clashKey = (path: Path) => path.join('/')

/**
 * Tries a change on the server without making it. Changes of others since `base` are taken in; where both changed the same
 * field, `sides` says whose stands. Throws `Refused`.
 */
export async function reviewChange(
  target: ObjectTarget,
  base: KubeObject,
  mine: KubeObject,
  sides: Readonly<Record<string, Side>> = {},
): Promise<Review> {
  const newest = await api<KubeObject>(kubePath(target))
  const [before, now] = [written(base), written(newest)]
  const { object: sent, clashes } = onTopOf(base, mine, newest, (path) => sides[clashKey(path)] ?? 'mine')
  const result = await put(target, sent, { dryRun: 'All' })
  return {
    newest,
    sent,
    clashes,
    diff: diffOf(withoutVersion(newest), withoutVersion(result)),
    theirs: jsonEqual(before, now) ? '' : diffOf(before, now),
    contested: contested(newest, result, manager),
    filled: filledIn(sent, result),
  }
}

/**
 * Makes the change that was reviewed, and only on the object it was reviewed against: undefined when somebody else was
 * faster, then it has to be reviewed again. Throws `Refused`.
 */
export async function saveChange(target: ObjectTarget, { sent }: Review): Promise<KubeObject | undefined> {
  try {
    return await put(target, sent)
  } catch (error) {
    if (error instanceof Refused && error.status === 409) return undefined
    throw error
  }
}

/** Unified, of YAML; the order of keys is no difference. */
export const diffOf = (before: unknown, after: unknown) =>
  unifiedDiff(yamlOf(before), yamlOf(inOrderOf(withoutManagers(after), before)))

/** Counters of the server that say nothing in a diff. */
function withoutVersion(object: KubeObject): unknown {
  const { resourceVersion: _, generation: __, ...metadata } = object.metadata
  return { ...object, metadata }
}

export interface FieldRefusal {
  path: Path
  message: string
}

/** The fields a refusal of the Kubernetes API is about, also those of strict decoding, which are in its words only. */
export function refusalsIn({ causes, message }: Refused): FieldRefusal[] {
  const named = causes.flatMap(({ field, message: why }) =>
    field && field !== '<nil>' ? [{ path: pathFrom(field), message: why ?? message }] : [],
  )
  if (named.length > 0) return named
  return [...message.matchAll(/(unknown|duplicate) field "([^"]+)"/g)].map(([whole, , field]) => ({
    path: pathFrom(field!),
    message: whole,
  }))
}
