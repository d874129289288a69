import { isReady, type Pod } from '@sampan/resources/core/pod'

const phases: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * Sorts the pods that may go first to the front, in Kubernetes' order: not assigned to a node, by phase, not ready, lower
 * deletion cost, more siblings on its node, ready for a shorter time, more restarts, younger.
 */
export function leastUsefulFirst(pods: readonly Pod[]): Pod[] {
  const onNode = new Map<string, number>()
  for (const { spec } of pods) if (spec.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1)
  const facts = new Map(pods.map((pod) => [pod, factsOf(pod, onNode.get(pod.spec.nodeName ?? '') ?? 0)]))
  return pods.toSorted((a, b) => {
    const left = facts.get(a) ?? []
    const right = facts.get(b) ?? []
    for (const [i, value] of left.entries()) {
      const difference = value - (right[i] ?? 0)
      if (difference !== 0) return difference
    }
    return a.metadata.name < b.metadata.name ? -1 : 1
  })
}

/** Each a number that is smaller for the pod to go first. */
function factsOf(pod: Pod, siblings: number): number[] {
  const cost = Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  const readySince = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime
  const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount))
  return [
    pod.spec.nodeName ? 1 : 0,
    phases[pod.status?.phase ?? 'Pending'] ?? 0,
    isReady(pod) ? 1 : 0,
    Number.isInteger(cost) ? cost : 0,
    -siblings,
    isReady(pod) ? -Date.parse(readySince ?? '') || 0 : 0,
    -restarts,
    -Date.parse(pod.metadata.creationTimestamp ?? '') || 0,
  ]
}
