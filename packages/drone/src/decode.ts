import type { MapNode, Node, ScalarNode } from './node.ts'
import type { Problem } from './plan.ts'
import { isNothing, isNull, type Tree, typed } from './scalar.ts'

/** How a node becomes a value of one type, given what is there already (`<<` and duplicate keys decode over it). */
export interface Shape<T> {
  /** May be one frozen value for all; `read` makes its own before it writes. */
  zero(): T
  /** Null clears the place before the shape is asked, unless it says it wants to see nulls. */
  read(node: Exclude<Node, { kind: 'alias' }>, there: T, decoder: Decoder): T | Bad
}

/** Returned when a node does not fit; the problem is already noted. */
export type Bad = typeof bad
export const bad = Symbol('bad')

/** Values of a struct know where they and their keys were written. */
export interface Placed {
  line: number
  at: Record<string, number>
}

/** One reading of one document: collects problems, bounds the work that aliases can cause. */
export class Decoder {
  problems: Problem[] = []
  #steps = 0
  #open = new Set<Node>()

  /** Aliases followed, null handled, then the shape itself. */
  decode<T>(node: Node, shape: Shape<T>, there: T): T | Bad {
    if (++this.#steps > maximumSteps) throw new TooMuch(node.line)
    if (node.kind === 'alias') {
      if (this.#open.has(node.target)) throw new TooMuch(node.line, `anchor "${node.name}" contains itself`)
      this.#open.add(node.target)
      try {
        return this.decode(node.target, shape, there)
      } finally {
        this.#open.delete(node.target)
      }
    }
    if (node.kind === 'scalar' && isNull(node)) return shape.zero()
    return shape.read(node, there, this)
  }

  /** Goes down into a node with the same bounds, for those who look at nodes themselves. */
  nested<T>(node: Node, work: () => T): T {
    if (++this.#steps > maximumSteps) throw new TooMuch(node.line)
    const target = node.kind === 'alias' ? node.target : node
    if (target.kind === 'scalar') return work()
    if (this.#open.has(target)) throw new TooMuch(node.line, 'an anchor contains itself')
    this.#open.add(target)
    try {
      return work()
    } finally {
      this.#open.delete(target)
    }
  }

  /** Notes what is wrong and gives `bad`. */
  refuse(node: Node, message: string): Bad {
    this.problems.push({ line: node.line, message })
    return bad
  }

  /** Tries a shape without keeping its problems. */
  attempt<T>(node: Node, shape: Shape<T>, there: T): { value: T | Bad; problems: Problem[] } {
    const before = this.problems
    this.problems = []
    const value = this.decode(node, shape, there)
    const { problems } = this
    this.problems = before
    return { value, problems }
  }
}

const maximumSteps = 400_000

/** The document is larger than it looks, by aliases. */
export class TooMuch extends Error {
  readonly line: number
  constructor(line: number, message = 'too much by aliases: more than 400,000 values; write fewer of them') {
    super(message)
    this.name = 'TooMuch'
    this.line = line
  }
}

const found = (node: Node) =>
  node.kind === 'map' ? 'a map' : node.kind === 'list' ? 'a list' : `"${short((node as ScalarNode).value)}"`
const short = (text: string) => (text.length > 40 ? `${text.slice(0, 37)}…` : text)

function scalarOf(node: ScalarNode, decoder: Decoder) {
  try {
    return typed(node)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return decoder.refuse(node, error.message)
  }
}

/** Keeps the scalar's own text: `yes` stays `yes`, `1.10` stays `1.10`. */
export const text: Shape<string> = {
  zero: () => '',
  read(node, _there, decoder) {
    if (node.kind !== 'scalar') return decoder.refuse(node, `${found(node)} stands where a text belongs`)
    if (!node.tag) return node.isPlain && isNothing(node.value) ? '' : node.value
    const value = scalarOf(node, decoder)
    if (value === bad) return bad
    if (value === null) return ''
    return node.tag.endsWith(':binary') ? String(value) : node.value
  },
}

export const bool: Shape<boolean> = {
  zero: () => false,
  read(node, _there, decoder) {
    const value = node.kind === 'scalar' ? scalarOf(node, decoder) : undefined
    if (value === bad) return bad
    if (value === null) return false
    if (typeof value === 'boolean') return value
    return decoder.refuse(node, `${found(node)} stands where true or false belongs`)
  },
}

export const int: Shape<number> = {
  zero: () => 0,
  read(node, _there, decoder) {
    const value = node.kind === 'scalar' ? scalarOf(node, decoder) : undefined
    if (value === bad) return bad
    if (value === null) return 0
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)))
      return Math.trunc(Number(value))
    return decoder.refuse(node, `${found(node)} stands where a whole number belongs`)
  },
}

export function list<T>(of: Shape<T>): Shape<T[]> {
  const blank = Object.freeze([]) as unknown as T[]
  return {
    zero: () => blank,
    read(node, _there, decoder) {
      if (node.kind !== 'list')
        return decoder.refuse(node, `${found(node)} stands where a list belongs: start each item with "- "`)
      const items: T[] = []
      for (const item of node.items) {
        const value = decoder.decode(item, of, of.zero())
        if (value !== bad) items.push(value)
      }
      return items
    },
  }
}

const isMerge = (node: Node) =>
  node.kind === 'scalar' && node.value === '<<' && (node.isPlain || node.tag === 'tag:yaml.org,2002:merge')

/** What `<<` names, in the order it applies: of a list the last first, so that earlier ones win. */
function merged(value: Node): Node[] | undefined {
  const isMap = (node: Node): boolean => (node.kind === 'alias' ? node.target : node).kind === 'map'
  if (value.kind === 'list') return value.items.every(isMap) ? value.items.toReversed() : undefined
  return isMap(value) ? [value] : undefined
}

function merge<T>(key: Node, value: Node, shape: Shape<T>, there: T, decoder: Decoder): T {
  const sources = merged(value)
  if (!sources) throw new TooMuch(key.line, '<< needs a map, or a list of maps: give it an alias of one')
  let into = there
  for (const source of sources) {
    const made = decoder.decode(source, shape, into)
    if (made !== bad) into = made
  }
  return into
}

/** A map of one kind of value; entries are replaced one by one, entries already there stay. */
export function mapOf<T>(of: Shape<T>, nameOf = keyOf): Shape<Record<string, T>> {
  const blank = Object.freeze(Object.create(null)) as Record<string, T>
  const shape: Shape<Record<string, T>> = {
    zero: () => blank,
    read(node, there, decoder) {
      if (node.kind !== 'map')
        return decoder.refuse(node, `${found(node)} stands where a map belongs: write key: value`)
      let into = Object.isFrozen(there) ? (Object.create(null) as Record<string, T>) : there
      for (const [key, value] of node.entries) {
        if (isMerge(key)) {
          into = merge(key, value, shape, into, decoder)
          continue
        }
        const name = nameOf(key, decoder)
        if (name === undefined) continue
        const made = decoder.decode(value, of, of.zero())
        if (made !== bad) into[name] = made
      }
      return into
    },
  }
  return shape
}

export function keyOf(key: Node, decoder: Decoder): string | undefined {
  const target = key.kind === 'alias' ? key.target : key
  if (target.kind === 'scalar') return target.value
  decoder.refuse(key, `${found(target)} cannot be a key`)
  return undefined
}

/** Where any type is welcome, `yes` is the key true. */
function typedKeyOf(key: Node, decoder: Decoder): string | undefined {
  const target = key.kind === 'alias' ? key.target : key
  if (target.kind !== 'scalar') return keyOf(key, decoder)
  const value = scalarOf(target, decoder)
  return value === bad ? undefined : String(value)
}

type Fields = Record<string, Shape<never>>
type Struct<F> = { [K in keyof F]: F[K] extends Shape<infer T> ? T : never } & Placed

/** Named fields; keys it does not know are ignored, keys given twice decode over the first. */
export function struct<F extends Record<string, Shape<unknown>>>(fields: F): Shape<Struct<F>> {
  const blank = Object.freeze({
    line: 0,
    at: Object.freeze({}),
    ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.zero()])),
  }) as Struct<F>
  const shape: Shape<Struct<F>> = {
    zero: () => blank,
    read(node, there, decoder) {
      if (node.kind !== 'map')
        return decoder.refuse(node, `${found(node)} stands where a map belongs: write key: value`)
      const into = (Object.isFrozen(there) ? { ...blank, at: {} } : there) as Record<string, unknown> & Placed
      for (const [key, value] of (node as MapNode).entries) {
        if (isMerge(key)) {
          merge(key, value, shape, into as Struct<F>, decoder)
          continue
        }
        const name = keyOf(key, decoder)
        if (name === undefined || !Object.hasOwn(fields, name)) continue
        into.at[name] = key.line
        const made = decoder.decode(value, fields[name] as Fields[string], into[name] as never)
        if (made !== bad) into[name] = made
      }
      into.line = node.line
      return into as Struct<F>
    },
  }
  return shape
}

/** A place that may stay empty; null empties it. */
export function optional<T>(of: Shape<T>): Shape<T | undefined> {
  return {
    zero: () => undefined,
    read: (node, there, decoder) => decoder.decode(node, of, there ?? of.zero()),
  }
}

/** Any value, typed by YAML 1.1. */
export const anything: Shape<Tree> = {
  zero: () => null,
  read(node, _there, decoder) {
    if (node.kind === 'scalar') return scalarOf(node, decoder)
    if (node.kind === 'list') return list(anything).read(node, [], decoder)
    return anyMap.read(node, anyMap.zero(), decoder)
  },
}

const anyMap = mapOf(anything, typedKeyOf)
