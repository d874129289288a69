import type { Overload } from '../ast.ts'
import { CelError, List } from '../values.ts'
import { first, firstSized, overload, traversal } from './define.ts'
import { formatted } from './text-format.ts'

const chars = (text: string) => [...text]
const range = (at: bigint, size: number): number => {
  if (at < 0n || at > BigInt(size)) throw new CelError(`index out of range: ${at}`)
  return Number(at)
}
const twice = {
  cost: ([size = 0]: readonly number[]) => traversal(size, 2),
  size: ([size = 0]: readonly number[]) => size,
}

function indexOf(text: string, part: string, from = 0n): bigint {
  const all = chars(text)
  const start = range(from, all.length)
  const wanted = chars(part)
  if (wanted.length === 0) return BigInt(start)
  for (let i = start; i + wanted.length <= all.length; i++)
    if (wanted.every((char, offset) => all[i + offset] === char)) return BigInt(i)
  return -1n
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const all = chars(text)
  const wanted = chars(part)
  const last = from === undefined ? all.length : range(from, all.length)
  if (wanted.length === 0) return BigInt(last)
  for (let i = Math.min(last, all.length - wanted.length); i >= 0; i--)
    if (wanted.every((char, offset) => all[i + offset] === char)) return BigInt(i)
  return -1n
}

function substring(text: string, start: bigint, end?: bigint): string {
  const all = chars(text)
  const from = range(start, all.length)
  const to = end === undefined ? all.length : range(end, all.length)
  if (from > to) throw new CelError(`invalid substring range. start: ${from}, end: ${to}`)
  return all.slice(from, to).join('')
}

function replace(text: string, old: string, by: string, count = -1n): string {
  if (count < 0n) return text.replaceAll(old, () => by)
  let left = Number(count)
  return text.replaceAll(old, (found) => (left-- > 0 ? by : found))
}

function split(text: string, by: string, count = -1n): List {
  if (count === 0n) return new List([])
  const parts = by === '' ? chars(text) : text.split(by)
  if (count < 0n || parts.length <= Number(count)) return new List(parts)
  const head = parts.slice(0, Number(count) - 1)
  return new List([...head, parts.slice(Number(count) - 1).join(by)])
}

function charAt(text: string, at: bigint): string {
  const all = chars(text)
  return all[range(at, all.length)] ?? ''
}

const ascii = (text: string, from: RegExp, change: (char: string) => string) => text.replace(from, change)
const trim = (text: string) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '')

/** Texts, as cel-go's strings extension has them. */
export const text = (): Overload[] => [
  overload('charAt', 'string.(int) string', charAt, { size: () => 4 }),
  overload('indexOf', 'string.(string) int', indexOf, first),
  overload('indexOf', 'string.(string, int) int', indexOf, first),
  overload('lastIndexOf', 'string.(string) int', lastIndexOf, first),
  overload('lastIndexOf', 'string.(string, int) int', lastIndexOf, first),
  overload('lowerAscii', 'string.() string', (one: string) => ascii(one, /[A-Z]/g, (c) => c.toLowerCase()), firstSized),
  overload('upperAscii', 'string.() string', (one: string) => ascii(one, /[a-z]/g, (c) => c.toUpperCase()), firstSized),
  overload('trim', 'string.() string', trim, firstSized),
  overload('substring', 'string.(int) string', substring, firstSized),
  overload('substring', 'string.(int, int) string', substring, firstSized),
  overload('replace', 'string.(string, string) string', replace, {
    ...twice,
    size: ([a = 0, b = 0, c = 0]) => (b === 0 ? a + (a + 1) * c : Math.max(a, Math.ceil(a / Math.max(1, b)) * c)),
  }),
  overload('replace', 'string.(string, string, int) string', replace, {
    ...twice,
    size: ([a = 0, b = 0, c = 0]) => Math.max(a, Math.ceil(a / Math.max(1, b)) * c),
  }),
  overload('split', 'string.(string) list<string>', split, twice),
  overload('split', 'string.(string, int) list<string>', split, twice),
  overload('join', 'list<string>.() string', (all: List) => all.toArray().join(''), {
    cost: (_, result) => traversal(result, 2),
  }),
  overload('join', 'list<string>.(string) string', (all: List, by: string) => all.toArray().join(by), {
    cost: (_, result) => traversal(result, 2),
  }),
  overload('format', 'string.(list<dyn>) string', formatted, first),
  overload('strings.quote', '(string) string', (one: string) => JSON.stringify(one), firstSized),
  overload('reverse', 'string.() string', (one: string) => chars(one).reverse().join(''), firstSized),
]
