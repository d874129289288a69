import { selects } from '@sampan/kit/selectors'
import { wantsNode } from '@sampan/resources/core/node-affinity'
import type { Pod } from '@sampan/resources/core/pod'
import { tolerates } from '@sampan/resources/core/tolerations'
import { type Cluster, labelsOf, type NodeState } from './cluster.ts'

export type Constraint = NonNullable<Pod['spec']['topologySpreadConstraints']>[number]

export const constraintsOf = ({ spec }: Pod, when: 'DoNotSchedule' | 'ScheduleAnyway') =>
  (spec.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)

/** Pods like `pod` per domain, over the nodes that count for it. */
export function spreadOf(constraint: Constraint, all: readonly Constraint[], pod: Pod, { nodes }: Cluster) {
  const counts = new Map<string, number>()
  for (const node of nodes) {
    const labels = labelsOf(node)
    const domain = labels[constraint.topologyKey]
    if (domain === undefined || all.some(({ topologyKey }) => labels[topologyKey] === undefined)) continue
    if (!isCounted(constraint, pod, node)) continue
    const like = node.pods.filter((other) => isLike(constraint, pod, other) && !other.metadata.deletionTimestamp)
    counts.set(domain, (counts.get(domain) ?? 0) + like.length)
  }
  return counts
}

function isCounted(
  { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: Constraint,
  pod: Pod,
  { node }: NodeState,
) {
  if (nodeAffinityPolicy === 'Honor' && !wantsNode(pod, node)) return false
  const keepsAway = (effect: string) => effect === 'NoSchedule' || effect === 'NoExecute'
  return (
    nodeTaintsPolicy !== 'Honor' ||
    (node.spec.taints ?? []).every((taint) => !keepsAway(taint.effect) || tolerates(pod.spec.tolerations, taint))
  )
}

/** Whether the constraint of `pod` counts `other`. */
export function isLike({ labelSelector, matchLabelKeys = [] }: Constraint, pod: Pod, other: Pod): boolean {
  if (other.metadata.namespace !== pod.metadata.namespace) return false
  const labels = other.metadata.labels ?? {}
  const own = pod.metadata.labels ?? {}
  return (
    selects(labelSelector, labels) && matchLabelKeys.every((key) => own[key] === undefined || labels[key] === own[key])
  )
}
