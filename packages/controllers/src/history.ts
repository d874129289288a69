import { create, type Plan, remove, type Step, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { type ControllerRevision, controllerRevision } from '@sampan/resources/apps/controller-revision'
import type { PodTemplate } from '@sampan/resources/core/pod'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { ownerReference } from '@sampan/resources/owners'
import { templateHash } from './revision.ts'

/** On pods: the name (StatefulSet) or hash (DaemonSet) of the revision they were made from. */
export const revisionHashLabel = 'controller-revision-hash'

interface Templated extends KubeObject {
  spec: { template: PodTemplate; revisionHistoryLimit?: number }
}

export interface History {
  /** The revision that has the template of now; made by `steps` when there was none. */
  now: { name: string; hash: string; number: number }
  steps: Plan
}

/**
 * A revision's data is a patch that puts the template back: what `kubectl rollout undo` sends. Its members are in
 * order, because clients compare it with a template of theirs byte by byte.
 */
const dataOf = ({ spec }: Templated) => inOrder({ spec: { template: { ...spec.template, $patch: 'replace' } } })

function inOrder<T>(value: T): T {
  if (Array.isArray(value)) return value.map(inOrder) as T
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, inOrder(member)]),
  ) as T
}

/** The template a revision keeps. */
export function templateIn(revision: ControllerRevision): PodTemplate | undefined {
  const data = (revision as { data?: { spec?: { template?: PodTemplate & { $patch?: string } } } }).data
  if (!data?.spec?.template) return undefined
  const { $patch: _, ...template } = data.spec.template
  return template
}

const hashOf = (revision: ControllerRevision) =>
  revision.metadata.labels?.[revisionHashLabel] ?? revision.metadata.name.split('-').at(-1) ?? ''

/** Finds or makes the revision of the template; one that comes back gets the highest number. */
export function historyOf(
  kind: Pick<Definition, 'group' | 'version' | 'kind'>,
  owner: Templated,
  revisions: readonly ControllerRevision[],
  collisions = 0,
): History {
  const data = dataOf(owner)
  const highest = Math.max(0, ...revisions.map(({ revision }) => revision))
  const same = revisions
    .filter((one) => jsonEqual((one as { data?: unknown }).data, data))
    .toSorted((a, b) => b.revision - a.revision)[0]
  if (same) {
    const now = { name: same.metadata.name, hash: hashOf(same), number: same.revision }
    if (same.revision === highest) return { now, steps: [] }
    return {
      now: { ...now, number: highest + 1 },
      steps: [update(controllerRevision, { ...same, revision: highest + 1 })],
    }
  }
  const hash = templateHash(owner.spec.template, collisions)
  const name = `${owner.metadata.name.slice(0, 240)}-${hash}`
  const made = {
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec.template.metadata?.labels, [revisionHashLabel]: hash },
      ...(owner.metadata.annotations && { annotations: withoutApplied(owner.metadata.annotations) }),
      ownerReferences: [ownerReference(kind, owner)],
    },
    data,
    revision: highest + 1,
  }
  return { now: { name, hash, number: highest + 1 }, steps: [create(controllerRevision, made)] }
}

function withoutApplied(annotations: Record<string, string>) {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = annotations
  return rest
}

/** Revisions nobody needs any more, beyond the number that is kept. */
export function surplusHistory(
  owner: Templated,
  revisions: readonly ControllerRevision[],
  inUse: ReadonlySet<string | undefined>,
): Step[] {
  const unused = revisions
    .filter((one) => !inUse.has(one.metadata.name) && !inUse.has(hashOf(one)))
    .toSorted((a, b) => a.revision - b.revision)
  return unused
    .slice(0, Math.max(0, unused.length - (owner.spec.revisionHistoryLimit ?? 10)))
    .map((one) => remove(controllerRevision, one))
}
