import type { Pod } from '@sampan/resources/core/pod'
import type { Cluster, NodeState } from './cluster.ts'

/** More is better. Each score is brought to 0..100 over the nodes that will do before it is weighed. */
export type Score = (pod: Pod, node: NodeState, cluster: Cluster) => number

export interface Weighed {
  score: Score
  weight: number
}

/** The best node; of equals the one with the fewest pods, then by name, so that the same question has one answer. */
export function bestOf(pod: Pod, nodes: readonly NodeState[], cluster: Cluster, scores: readonly Weighed[]): NodeState {
  const totals = new Map<NodeState, number>(nodes.map((node) => [node, 0]))
  for (const { score, weight } of scores) {
    const points = new Map(nodes.map((node) => [node, score(pod, node, cluster)]))
    const least = Math.min(...points.values())
    const spread = Math.max(...points.values()) - least
    if (spread === 0) continue
    for (const [node, value] of points)
      totals.set(node, (totals.get(node) ?? 0) + (weight * 100 * (value - least)) / spread)
  }
  const [best] = nodes.toSorted(
    (a, b) =>
      (totals.get(b) ?? 0) - (totals.get(a) ?? 0) ||
      a.pods.length - b.pods.length ||
      (a.node.metadata.name < b.node.metadata.name ? -1 : 1),
  )
  if (!best) throw new RangeError('there must be a node to choose from')
  return best
}
