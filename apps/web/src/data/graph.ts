/** Where a node of a graph is: column by what it waits for, row within the column. */
export interface Placed<T> {
  node: T
  column: number
  row: number
}

export interface Graph<T> {
  nodes: readonly Placed<T>[]
  /** From the one waited for to the one that waits. */
  edges: readonly (readonly [from: Placed<T>, to: Placed<T>])[]
  columns: number
  rows: number
}

/**
 * Lays nodes out from left to right: each stands right of everything it waits for. Names that are not there are left out;
 * in a circle, which no valid pipeline has, the nodes stay in the first column.
 */
export function graphOf<T extends { name: string; after: readonly string[] }>(nodes: readonly T[]): Graph<T> {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const columns = new Map<T, number>()
  const visiting = new Set<T>()
  function columnOf(node: T): number {
    const known = columns.get(node)
    if (known !== undefined || visiting.has(node)) return known ?? 0
    visiting.add(node)
    const before = node.after.flatMap((name) => byName.get(name) ?? [])
    const column = before.length === 0 ? 0 : 1 + Math.max(...before.map(columnOf))
    visiting.delete(node)
    columns.set(node, column)
    return column
  }
  const used: number[] = []
  const placed = nodes.map((node) => {
    const column = columnOf(node)
    const row = used[column] ?? 0
    used[column] = row + 1
    return { node, column, row }
  })
  const at = new Map(placed.map((one) => [one.node.name, one]))
  return {
    nodes: placed,
    edges: placed.flatMap((to) =>
      to.node.after.flatMap((name) => {
        const from = at.get(name)
        return from ? [[from, to] as const] : []
      }),
    ),
    columns: used.length,
    rows: Math.max(0, ...used),
  }
}
