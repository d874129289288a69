import type { Topology, TopologyKind, TopologyNode } from './topology.ts'

export interface PlacedNode {
  node: TopologyNode
  x: number
  y: number
}

export const nodeSize = { width: 224, height: 58 }
/** Between one thing and what it leads to, and between things side by side. */
const gap = { along: 48, across: 18 }

/** Which way the picture is read: `right` where there is room, `down` on phones. */
export type Direction = 'right' | 'down'

const columns: Record<TopologyKind, number> = { app: 0, route: 1, service: 2, workload: 3, pod: 4, volume: 4 }

/**
 * Where each node stands: columns by what it is (empty ones left out; levels when read down), rows so that whatever hangs together is together and
 * what leads to several stands in their middle. Nothing overlaps.
 */
export function placed({ nodes, edges }: Topology, direction: Direction = 'right'): PlacedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const used = [...new Set(nodes.map(({ kind }) => columns[kind]))].sort((a, b) => a - b)
  const column = ({ kind }: TopologyNode) => used.indexOf(columns[kind])
  const next = new Map<string, string[]>()
  const hasParent = new Set<string>()
  for (const [from, to] of edges) {
    if (hasParent.has(to)) continue // shared: drawn beside whoever came first
    hasParent.add(to)
    next.set(from, [...(next.get(from) ?? []), to])
  }
  const rows = new Map<string, number>()
  let free = 0
  function place(id: string): number {
    const known = rows.get(id)
    if (known !== undefined) return known
    const children = next.get(id) ?? []
    rows.set(id, free) // stands in a circle until its own row is known
    const inside = children.map(place)
    const row = inside.length > 0 ? (inside[0]! + inside.at(-1)!) / 2 : free++
    rows.set(id, row)
    return row
  }
  const roots = nodes.filter(({ id }) => !hasParent.has(id)).sort((a, b) => column(a) - column(b))
  for (const { id } of [...roots, ...nodes]) place(id)
  apart(nodes, column, rows)
  const { width, height } = nodeSize
  return nodes.map((node) => {
    const [along, across] = [column(node), rows.get(node.id)!]
    return {
      node: byId.get(node.id)!,
      x: direction === 'right' ? along * (width + gap.along) : across * (width + gap.across),
      y: direction === 'right' ? across * (height + gap.across) : along * (height + gap.along),
    }
  })
}

/** Rows of one column at least one apart, in their order. */
function apart(nodes: readonly TopologyNode[], column: (node: TopologyNode) => number, rows: Map<string, number>) {
  const all = Map.groupBy(nodes, column)
  for (const own of all.values()) {
    let least = Number.NEGATIVE_INFINITY
    for (const { id } of own.toSorted((a, b) => rows.get(a.id)! - rows.get(b.id)!)) {
      least = Math.max(least, rows.get(id)!)
      rows.set(id, least)
      least++
    }
  }
}
