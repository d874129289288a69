import { jsonEqual } from '@sampan/kit/json-equal'
import type { Chain, NftSet, Table } from './table.ts'

/** What the kernel is known to hold under our table's name, when what is inside is not known: names alone. */
export interface Names {
  sets: readonly string[]
  chains: readonly string[]
}

/**
 * The text for `nft -f -` that makes `before` into `after` in one transaction; empty when nothing differs. Chains that
 * stay keep their place, and sets that rules fill keep what is in them.
 */
export function changes(before: Table, after: Table): string {
  const table = `inet ${after.name}`
  const lines: string[] = []
  const goneChains = [...before.chains.keys()].filter((name) => !after.chains.has(name))
  const goneSets = [...before.sets.keys()].filter((name) => !after.sets.has(name))
  for (const [name, set] of after.sets)
    if (!before.sets.has(name)) lines.push(`add ${set.kind} ${table} ${name} ${declared(set)}`)
  const changed: [string, Chain][] = []
  for (const [name, chain] of after.chains) {
    const old = before.chains.get(name)
    if (!old) lines.push(addChain(table, name, chain))
    else if (old !== chain && !jsonEqual(old, chain)) lines.push(`flush chain ${table} ${name}`)
    else continue
    changed.push([name, chain])
  }
  for (const [name, chain] of changed) for (const rule of chain.rules) lines.push(`add rule ${table} ${name} ${rule}`)
  for (const [name, set] of after.sets) lines.push(...elementChanges(table, name, before.sets.get(name), set))
  for (const name of goneChains) lines.push(`flush chain ${table} ${name}`)
  for (const name of goneSets) {
    if (before.sets.get(name)?.elements) lines.push(`flush ${before.sets.get(name)!.kind} ${table} ${name}`)
  }
  for (const name of goneChains) lines.push(`delete chain ${table} ${name}`)
  for (const name of goneSets) lines.push(`delete ${before.sets.get(name)!.kind} ${table} ${name}`)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/**
 * Takes over a table whose contents are not known (left by an earlier run of ours) in one transaction: no packet sees it
 * empty, and sets that rules fill keep what is in them. nft refuses it when a set changed its type: then `replaced`.
 */
export function takenOver(names: Names, after: Table): string {
  const table = `inet ${after.name}`
  const lines = [`add table ${table}`]
  for (const name of names.chains) lines.push(`flush chain ${table} ${name}`)
  for (const [name, set] of after.sets) lines.push(`add ${set.kind} ${table} ${name} ${declared(set)}`)
  const known = new Set(names.sets)
  for (const [name, set] of after.sets)
    if (set.elements && known.has(name)) lines.push(`flush ${set.kind} ${table} ${name}`)
  lines.push(...filled(table, after))
  const unwanted = names.chains.filter((name) => !after.chains.has(name))
  for (const name of names.sets) if (!after.sets.has(name)) lines.push(`delete set ${table} ${name}`)
  for (const name of unwanted) lines.push(`delete chain ${table} ${name}`)
  return `${lines.join('\n')}\n`
}

/** Throws away what is there and makes the table anew, in one transaction. */
export function replaced(after: Table): string {
  const table = `inet ${after.name}`
  const lines = [`add table ${table}`, `delete table ${table}`, `add table ${table}`]
  for (const [name, set] of after.sets) lines.push(`add ${set.kind} ${table} ${name} ${declared(set)}`)
  lines.push(...filled(table, after))
  return `${lines.join('\n')}\n`
}

function* filled(table: string, after: Table): Iterable<string> {
  for (const [name, chain] of after.chains) yield addChain(table, name, chain)
  for (const [name, chain] of after.chains) for (const rule of chain.rules) yield `add rule ${table} ${name} ${rule}`
  for (const [name, set] of after.sets) yield* elementChanges(table, name, undefined, set)
}

const addChain = (table: string, name: string, chain: Chain) =>
  `add chain ${table} ${name}${chain.hook ? ` { ${chain.hook} }` : ''}`

const declared = (set: NftSet) => `{ type ${set.type}; ${set.flags ? `flags ${set.flags}; ` : ''}}`

function* elementChanges(table: string, name: string, before: NftSet | undefined, after: NftSet): Iterable<string> {
  if (!after.elements) return
  const was = before?.elements ?? new Map<string, string>()
  const gone: string[] = []
  const come: string[] = []
  for (const [key, value] of was) if (after.elements.get(key) !== value) gone.push(key)
  for (const [key, value] of after.elements)
    if (was.get(key) !== value) come.push(value === '' ? key : `${key} : ${value}`)
  for (const part of chunks(gone)) yield `delete element ${table} ${name} { ${part.join(', ')} }`
  for (const part of chunks(come)) yield `add element ${table} ${name} { ${part.join(', ')} }`
}

/** nft reads very long lines slowly. */
function* chunks(all: readonly string[], size = 200): Iterable<string[]> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size)
}
