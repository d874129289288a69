import {
  CelError,
  Duration,
  isMapping,
  List,
  type Mapping,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

/** Whether two values are the same; numbers across their types, lists and maps by what is in them. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  const x = numberOf(a)
  const y = numberOf(b)
  // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number exactly
  if (x !== undefined || y !== undefined) return x !== undefined && y !== undefined && x == y
  if (a === null || b === null) return false
  if (a instanceof List) return b instanceof List && equalLists(a, b)
  if (isMapping(a)) return isMapping(b) && equalMaps(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name
  if (a instanceof Opaque) return b instanceof Opaque && a.equals(b)
  if (a instanceof Optional)
    return (
      b instanceof Optional &&
      (a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value))
    )
  return false
}

const numberOf = (value: Value): bigint | number | undefined =>
  typeof value === 'bigint' || typeof value === 'number' ? value : value instanceof Uint ? value.value : undefined

function equalLists(a: List, b: List): boolean {
  if (a.size !== b.size) return false
  const kind = a.listKind ?? b.listKind
  if (!kind) {
    for (let i = 0; i < a.size; i++) if (!equal(a.at(i), b.at(i))) return false
    return true
  }
  // In sets and lists with keys the order says nothing.
  const others = b.toArray()
  return a.toArray().every((one) => others.some((other) => equal(one, other)))
}

function equalMaps(a: Mapping, b: Mapping): boolean {
  if (a.size !== b.size) return false
  return a.keys().every((key) => {
    const other = b.get(key)
    return other !== undefined && equal(a.get(key)!, other)
  })
}

/** Negative, zero or positive. Throws CelError when the two have no order. */
export function order(a: Value, b: Value): number {
  const x = numberOf(a)
  const y = numberOf(b)
  if (x !== undefined && y !== undefined) {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
  throw new CelError('no such overload')
}

/** The sum of two lists as the schema of the first one says: sets and lists with keys take in what is new. */
export function concatenated(a: List, b: List): List {
  const kind = a.listKind
  const all = a.toArray()
  if (!kind) return new List([...all, ...b])
  if (kind.type === 'set') {
    for (const one of b) if (!all.some((other) => equal(one, other))) all.push(one)
    return new List(all, undefined, kind)
  }
  for (const one of b) {
    const at = all.findIndex((other) => sameKeys(kind.keys, one, other))
    if (at === -1) all.push(one)
    else all[at] = one
  }
  return new List(all, undefined, kind)
}

const sameKeys = (keys: readonly string[], a: Value, b: Value) =>
  isMapping(a) && isMapping(b) && keys.every((key) => equal(a.get(key) ?? null, b.get(key) ?? null))
