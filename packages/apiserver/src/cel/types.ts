/**
 * What the checker knows of a value. `max` bounds the size of what comes from a schema (bytes of a text, elements of a
 * list or map): it is for the estimate of costs and makes no other type.
 */
export type Type =
  | { kind: 'dyn' | 'null' | 'bool' | 'int' | 'uint' | 'double' | 'timestamp' | 'duration'; max?: number }
  | { kind: 'string' | 'bytes'; max?: number }
  | { kind: 'list'; of: Type; max?: number }
  | { kind: 'map'; key: Type; of: Type; max?: number }
  /** Members by their escaped name; looked up late: schemas may contain themselves. `open`: others may be there. */
  | { kind: 'struct'; name: string; field: (name: string) => Type | undefined; open?: boolean; max?: number }
  | { kind: 'optional' | 'type'; of: Type; max?: number }
  /** A value only functions look into. */
  | { kind: 'opaque'; name: string; max?: number }
  | { kind: 'parameter'; name: string; max?: number }

type Simple = Exclude<Type['kind'], 'list' | 'map' | 'struct' | 'optional' | 'type' | 'opaque' | 'parameter'>

const simple = (kind: Simple): Type => ({ kind })

export const dyn = simple('dyn')
export const nullType = simple('null')
export const bool = simple('bool')
export const int = simple('int')
export const uint = simple('uint')
export const double = simple('double')
export const string = simple('string')
export const bytes = simple('bytes')
export const timestamp = simple('timestamp')
export const duration = simple('duration')
export const list = (of: Type, max?: number): Type => ({ kind: 'list', of, ...(max !== undefined && { max }) })
export const map = (key: Type, of: Type, max?: number): Type => ({
  kind: 'map',
  key,
  of,
  ...(max !== undefined && { max }),
})
export const optional = (of: Type): Type => ({ kind: 'optional', of })
export const typeOf = (of: Type): Type => ({ kind: 'type', of })
export const opaque = (name: string): Type => ({ kind: 'opaque', name })

/** As messages name it. */
export function shownType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${shownType(type.of)})`
    case 'map':
      return `map(${shownType(type.key)}, ${shownType(type.of)})`
    case 'optional':
      return `optional_type(${shownType(type.of)})`
    case 'type':
      return `type(${shownType(type.of)})`
    case 'timestamp':
    case 'duration':
      return `google.protobuf.${type.kind === 'timestamp' ? 'Timestamp' : 'Duration'}`
    case 'null':
      return 'null'
    case 'struct':
    case 'opaque':
    case 'parameter':
      return type.name
    default:
      return type.kind
  }
}

/** What type parameters stand for in one call. */
export type Bindings = Map<string, Type>

/** `type` with its parameters replaced; what is not bound is dyn. */
export function substitute(type: Type, bindings: Bindings, keep = false): Type {
  switch (type.kind) {
    case 'parameter': {
      const bound = bindings.get(type.name)
      return bound ? substitute(bound, bindings, keep) : keep ? type : dyn
    }
    case 'list':
    case 'optional':
    case 'type':
      return { ...type, of: substitute(type.of, bindings, keep) }
    case 'map':
      return { ...type, key: substitute(type.key, bindings, keep), of: substitute(type.of, bindings, keep) }
    default:
      return type
  }
}

/** Whether `given` may be used where `wanted` is; binds parameters of both. */
export function assignable(wanted: Type, given: Type, bindings: Bindings): boolean {
  const a = resolve(wanted, bindings)
  const b = resolve(given, bindings)
  if (a.kind === 'parameter') {
    if (b.kind === 'parameter' && a.name === b.name) return true
    bindings.set(a.name, b)
    return true
  }
  if (b.kind === 'parameter') {
    bindings.set(b.name, a)
    return true
  }
  if (a.kind === 'dyn' || b.kind === 'dyn') return true
  // Nothing stands for any value that may be absent.
  if (b.kind === 'null') return ['null', 'struct', 'opaque', 'timestamp', 'duration', 'optional'].includes(a.kind)
  if (a.kind === 'null') return ['struct', 'opaque', 'timestamp', 'duration', 'optional'].includes(b.kind)
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'list':
    case 'optional':
    case 'type':
      return a.kind === 'type' || assignable(a.of, (b as typeof a).of, bindings)
    case 'map':
      return assignable(a.key, (b as typeof a).key, bindings) && assignable(a.of, (b as typeof a).of, bindings)
    case 'struct':
    case 'opaque':
      return a.name === (b as typeof a).name
    default:
      return true
  }
}

function resolve(type: Type, bindings: Bindings): Type {
  let found = type
  while (found.kind === 'parameter') {
    const next = bindings.get(found.name)
    if (!next || (next.kind === 'parameter' && next.name === found.name)) return found
    found = next
  }
  return found
}

/** The type of either; undefined when they have none in common. */
export function joined(a: Type, b: Type): Type | undefined {
  if (a.kind === 'dyn' || b.kind === 'dyn') return a.kind === 'dyn' && b.kind === 'dyn' ? a : dyn
  const bindings: Bindings = new Map()
  if (!assignable(a, b, bindings)) return undefined
  const from = a.kind === 'null' || a.kind === 'parameter' ? b : a
  const found = substitute(from, bindings, true)
  return { ...found, ...((a.max ?? b.max) !== undefined && { max: Math.max(a.max ?? Infinity, b.max ?? Infinity) }) }
}

const names: Record<string, Type> = {
  __proto__: null as never,
  dyn,
  null: nullType,
  bool,
  int,
  uint,
  double,
  string,
  bytes,
  timestamp,
  duration,
}

/** A type from its short text: `list<T>`, `map<string,dyn>`, `optional<T>`, `type<T>`, `IP`; one capital is a parameter. */
export function typeFrom(text: string): Type {
  const trimmed = text.trim()
  const inner = /^(list|map|optional|type)<(.*)>$/.exec(trimmed)
  if (inner) {
    const parts = split(inner[2]!)
    if (inner[1] === 'map') return map(typeFrom(parts[0]!), typeFrom(parts[1]!))
    const of = typeFrom(inner[2]!)
    return inner[1] === 'list' ? list(of) : inner[1] === 'optional' ? optional(of) : typeOf(of)
  }
  if (names[trimmed]) return names[trimmed]
  return /^[A-Z]$/.test(trimmed) ? { kind: 'parameter', name: trimmed } : opaque(trimmed)
}

/** At commas that are not inside of `<>`. */
export function split(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '<') depth++
    else if (text[i] === '>') depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  if (text.slice(start).trim()) parts.push(text.slice(start))
  return parts
}
