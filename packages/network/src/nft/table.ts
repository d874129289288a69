/**
 * One nftables table as data: what should be in the kernel. Rules, types and hooks are nft's own text; only names and
 * elements have structure, because those are what changes while the machine runs.
 */
export interface Table {
  /** In the family `inet`. */
  name: string
  sets: Map<string, NftSet>
  chains: Map<string, Chain>
}

export interface NftSet {
  kind: 'set' | 'map'
  /** As `ipv4_addr . inet_service` or, for a map, `ipv4_addr : verdict`. */
  type: string
  /** As `dynamic,timeout`. */
  flags?: string
  /** Key → value; for a set the value is empty. Undefined: rules fill it (affinity), and it survives every update. */
  elements?: Map<string, string>
}

export interface Chain {
  /** Of a base chain: `type nat hook prerouting priority dstnat; policy accept;`. */
  hook?: string
  rules: readonly string[]
}

/** A piece of a table that one object (a Service, a pod's policies) brings with it. */
export interface Part {
  chains: readonly (readonly [name: string, chain: Chain])[]
  /** Sets of its own, affinity above all. */
  sets: readonly (readonly [name: string, set: NftSet])[]
  /** Elements for sets that the base table declares. */
  elements: readonly (readonly [set: string, key: string, value: string])[]
}

export const emptyPart: Part = { chains: [], sets: [], elements: [] }

/**
 * A table of `base` and `parts`. Two parts that claim the same key of a set: the first keeps it. The base's maps are not
 * changed.
 */
export function tableFrom(base: Table, parts: Iterable<Part>): Table {
  const chains = new Map(base.chains)
  const sets = new Map<string, NftSet>()
  for (const [name, set] of base.sets) sets.set(name, set.elements ? { ...set, elements: new Map(set.elements) } : set)
  for (const part of parts) {
    for (const [name, chain] of part.chains) chains.set(name, chain)
    for (const [name, set] of part.sets) sets.set(name, set)
    for (const [name, key, value] of part.elements) {
      const elements = sets.get(name)?.elements
      if (!elements) throw new Error(`the table has no set ${name} to put ${key} into`)
      if (!elements.has(key)) elements.set(key, value)
    }
  }
  return { name: base.name, sets, chains }
}
