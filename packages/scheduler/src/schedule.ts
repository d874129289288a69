import type { Pod } from '@sampan/resources/core/pod'
import type { Cluster, NodeState } from './cluster.ts'
import type { Filter, Refusal } from './filter.ts'
import { hostPorts } from './filters/host-ports.ts'
import { nodeAffinity } from './filters/node-affinity.ts'
import { podAffinity } from './filters/pod-affinity.ts'
import { resources } from './filters/resources.ts'
import { taints } from './filters/taints.ts'
import { topologySpread } from './filters/topology-spread.ts'
import { unschedulable } from './filters/unschedulable.ts'
import { volumeBinding } from './filters/volume-binding.ts'
import { bestOf, type Weighed } from './score.ts'
import { avoidedTaints, preferredNeighbours, preferredNodes, softSpread } from './scores/preferences.ts'
import { balanced, leastAllocated } from './scores/resources.ts'
import { claimProblem } from './volumes.ts'

/** Asked in this order; the first refusal of a node is the one that is told. */
const filters: readonly Filter[] = [
  unschedulable,
  taints,
  nodeAffinity,
  hostPorts,
  resources,
  volumeBinding,
  topologySpread,
  podAffinity,
]

const scores: readonly Weighed[] = [
  { score: leastAllocated, weight: 1 },
  { score: balanced, weight: 1 },
  { score: preferredNodes, weight: 2 },
  { score: avoidedTaints, weight: 3 },
  { score: softSpread, weight: 2 },
  { score: preferredNeighbours, weight: 2 },
]

export type Decision =
  | { node: string }
  /** `message` is Kubernetes' sentence. `refusals`: node by node, for preemption. */
  | { message: string; refusals: ReadonlyMap<NodeState, Refusal> }

/** Where `pod` goes, or why nowhere. Depends on nothing but its arguments. */
export function schedule(pod: Pod, cluster: Cluster): Decision {
  const { nodes } = cluster
  if (nodes.length === 0) return { message: 'no nodes available to schedule pods', refusals: new Map() }
  const problem = claimProblem(pod, cluster.volumes)
  if (problem) return { message: `0/${nodes.length} nodes are available: ${problem}.`, refusals: new Map() }
  const refusals = new Map<NodeState, Refusal>()
  const fit: NodeState[] = []
  for (const node of nodes) {
    const refusal = refusalOf(pod, node, cluster)
    if (refusal) refusals.set(node, refusal)
    else fit.push(node)
  }
  const [only] = fit
  if (!only)
    return {
      message: sentence(
        nodes.length,
        [...refusals.values()].map(({ reasons }) => reasons),
      ),
      refusals,
    }
  const best = fit.length === 1 ? only : bestOf(pod, fit, cluster, scores)
  return { node: best.node.metadata.name }
}

export function refusalOf(pod: Pod, node: NodeState, cluster: Cluster): Refusal | undefined {
  for (const filter of filters) {
    const refusal = filter(pod, node, cluster)
    if (refusal) return refusal
  }
  return undefined
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function sentence(nodes: number, refusals: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>()
  for (const reasons of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).toSorted()
  return `0/${nodes} nodes are available: ${parts.join(', ')}.`
}
