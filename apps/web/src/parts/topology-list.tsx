import type { Topology, TopologyNode } from '../data/topology.ts'
import { TopologyButton } from './topology-node.tsx'

interface Props {
  topology: Topology
  chosen: string
  onChoose: (id: string) => void
}

/** The picture in words: each thing with what it leads to below it. */
export function TopologyList({ topology: { nodes, edges }, chosen, onChoose }: Props) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const below = new Map<string, TopologyNode[]>()
  const hasParent = new Set<string>()
  for (const [from, to] of edges) {
    if (hasParent.has(to)) continue
    hasParent.add(to)
    below.set(from, [...(below.get(from) ?? []), byId.get(to)!])
  }
  const tree = (all: readonly TopologyNode[]) => (
    <ul className="topology-list">
      {all.map((node) => (
        <li key={node.id}>
          <TopologyButton node={node} isChosen={node.id === chosen} onChoose={onChoose} />
          {below.has(node.id) && tree(below.get(node.id)!)}
        </li>
      ))}
    </ul>
  )
  return tree(nodes.filter(({ id }) => !hasParent.has(id)))
}
