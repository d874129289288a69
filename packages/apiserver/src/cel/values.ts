/**
 * Values while an expression runs. `int` is a bigint, `double` a number, `bytes` an Uint8Array; text, bool and null are
 * what they are in JSON; the rest are the classes below.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | List
  | Mapping
  | Optional
  | TypeValue
  | Opaque

/** What goes wrong while an expression runs; the message is Kubernetes'. */
export class CelError extends Error {}

/** The expression did more than it may. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** Nanoseconds. */
export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class Optional {
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

export const none = new Optional(undefined)

export class TypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A value only functions look into: an address, a quantity… */
export class Opaque<T = unknown> {
  readonly type: string
  readonly value: T
  readonly text: string
  readonly #isSame: (other: never) => boolean
  constructor(type: string, value: T, text: string, isSame: (other: T) => boolean = (other) => other === value) {
    this.type = type
    this.value = value
    this.text = text
    this.#isSame = isSame
  }
  equals(other: Opaque): boolean {
    return other.type === this.type && this.#isSame(other.value as never)
  }
}

/** How a list of a schema is compared and added to. */
export interface ListKind {
  type: 'set' | 'map'
  keys: readonly string[]
}

/** Elements are made from their raw form when they are looked at. */
export class List {
  readonly #raw: readonly unknown[]
  readonly #convert: ((raw: unknown) => Value) | undefined
  readonly listKind: ListKind | undefined
  constructor(raw: readonly unknown[], convert?: (raw: unknown) => Value, listKind?: ListKind) {
    this.#raw = raw
    this.#convert = convert
    this.listKind = listKind
  }
  get size(): number {
    return this.#raw.length
  }
  at(index: number): Value {
    return this.#convert ? this.#convert(this.#raw[index]) : (this.#raw[index] as Value)
  }
  *[Symbol.iterator](): Generator<Value> {
    for (let i = 0; i < this.#raw.length; i++) yield this.at(i)
  }
  toArray(): Value[] {
    return this.#convert ? this.#raw.map((one) => this.#convert!(one)) : [...(this.#raw as Value[])]
  }
}

/** A map, or an object with known members. */
export interface Mapping {
  readonly isMapping: true
  /** The name of the type, for objects that are no maps. */
  readonly typeName?: string
  readonly size: number
  get(key: Value): Value | undefined
  /** By a name as it is written after a dot. */
  member(name: string): Value | undefined
  keys(): Value[]
}

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && (value as Mapping).isMapping === true

/** Keys of different types are never the same, but 1, 1u and 1.0 are. */
function idOf(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (typeof key === 'bigint') return `n${key}`
  if (key instanceof Uint) return `n${key.value}`
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : undefined
  return undefined
}

/** A map made by an expression. */
export class LiteralMap implements Mapping {
  readonly isMapping = true
  readonly typeName?: string
  readonly #entries = new Map<string, [Value, Value]>()
  constructor(typeName?: string) {
    if (typeName !== undefined) this.typeName = typeName
  }
  get size(): number {
    return this.#entries.size
  }
  /** Throws CelError for a key that is there, or cannot be one. */
  add(key: Value, value: Value): void {
    const id = idOf(key)
    if (id === undefined) throw new CelError(`unsupported key type: ${typeNameOf(key)}`)
    if (this.#entries.has(id)) throw new CelError(`insert failed: key ${String(plain(key))} already exists`)
    this.#entries.set(id, [key, value])
  }
  get(key: Value): Value | undefined {
    const id = idOf(key)
    return id === undefined ? undefined : this.#entries.get(id)?.[1]
  }
  member(name: string): Value | undefined {
    return this.get(name)
  }
  keys(): Value[] {
    return [...this.#entries.values()].map(([key]) => key)
  }
}

/** An object from JSON; `convert` makes a member's value by its name. */
export class JsonMap implements Mapping {
  readonly isMapping = true
  readonly typeName?: string
  readonly #raw: Record<string, unknown>
  readonly #convert: (raw: unknown, key: string) => Value
  readonly #memberName: (name: string) => string
  constructor(
    raw: object,
    convert: (raw: unknown, key: string) => Value,
    more: { typeName?: string; memberName?: (name: string) => string } = {},
  ) {
    this.#raw = raw as Record<string, unknown>
    this.#convert = convert
    this.#memberName = more.memberName ?? ((name) => name)
    if (more.typeName !== undefined) this.typeName = more.typeName
  }
  get size(): number {
    return Object.keys(this.#raw).length
  }
  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#raw, key) || this.#raw[key] === undefined) return undefined
    return this.#convert(this.#raw[key], key)
  }
  member(name: string): Value | undefined {
    return this.get(this.#memberName(name))
  }
  keys(): Value[] {
    return Object.keys(this.#raw).filter((key) => this.#raw[key] !== undefined)
  }
}

/** JSON nobody said anything about. */
export function dynamic(raw: unknown): Value {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? BigInt(raw) : raw
  if (Array.isArray(raw)) return new List(raw, dynamic)
  if (raw === undefined || raw === null) return null
  if (typeof raw === 'object') return new JsonMap(raw, dynamic)
  return raw as Value
}

/** As `type()` names it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'double'
  if (typeof value === 'string') return 'string'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof List) return 'list'
  if (value instanceof Optional) return 'optional_type'
  if (value instanceof TypeValue) return 'type'
  if (isMapping(value)) return value.typeName ?? 'map'
  return value.type
}

/** How large it is for the cost of what is done with it: bytes of a text, elements of a list or map. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.length
  if (value instanceof List) return value.size
  if (isMapping(value)) return value.size
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value)
  if (value instanceof Opaque) return value.text.length
  return 1
}

/** As JSON: for messages, patches and annotations. */
export function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (value instanceof Uint) return plain(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof List) return value.toArray().map(plain)
  if (value instanceof Optional) return value.value === undefined ? null : plain(value.value)
  if (value instanceof TypeValue) return value.name
  if (isMapping(value))
    return Object.fromEntries(value.keys().map((key) => [String(plain(key)), plain(value.get(key)!)]))
  if (value instanceof Opaque) return value.text
  return value
}

const second = 1_000_000_000n

/** RFC 3339 with as many digits as needed. */
export function timestampText({ nanos }: Timestamp): string {
  const floor = (nanos - (((nanos % second) + second) % second)) / second
  const rest = nanos - floor * second
  const base = new Date(Number(floor) * 1000).toISOString().slice(0, 19)
  const digits = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`
  return `${base}${digits}Z`
}

/** `90.5s`. */
export function durationText({ nanos }: Duration): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  const rest = size % second
  const digits = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`
  return `${sign}${size / second}${digits}s`
}

const zone = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Undefined when it is no RFC 3339 time. */
export function timestampFrom(text: string): Timestamp | undefined {
  const found = zone.exec(text)
  if (!found) return undefined
  const ms = Date.parse(text.replace(/\.\d+/, ''))
  if (Number.isNaN(ms)) return undefined
  return new Timestamp(BigInt(ms) * 1_000_000n + BigInt((found[7] ?? '').padEnd(9, '0')))
}

const units: Record<string, bigint> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
}

/** Go's form, `1h2m3.5s`; undefined when it is not. */
export function durationFrom(text: string): Duration | undefined {
  const found = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)
  if (text === '0' || text === '+0' || text === '-0') return new Duration(0n)
  if (!found) return undefined
  let nanos = 0n
  for (const [, whole, fraction = '', unit] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = units[unit!]!
    nanos += BigInt(whole || '0') * size
    if (fraction) nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
  }
  return new Duration(text.startsWith('-') ? -nanos : nanos)
}
