import { createHash } from 'node:crypto'
import { goFloat, goJson } from './settings.ts'

/** What a template computes with. */
export type Value = string | number | bigint | boolean | null | undefined | Value[] | { [key: string]: Value }
// biome-ignore lint/suspicious/noExplicitAny: each function checks what the template gave it
type Function = (...args: any[]) => Value

/** Empty texts, zero, false, nothing and empty lists and maps are false. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

/** As Go prints a value. */
export function printed(value: Value): string {
  if (value === undefined || value === null) return '<no value>'
  if (Array.isArray(value)) return `[${value.map(inner).join(' ')}]`
  if (typeof value === 'object')
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${inner(value[key])}`)
      .join(' ')}]`
  return typeof value === 'number' && !Number.isInteger(value) ? goFloat(value) : String(value)
}

const inner = (value: Value): string => (value === null || value === undefined ? '<nil>' : printed(value))
const text = (value: Value): string => (value === undefined || value === null ? '' : printed(value))
const number = (value: Value): number => {
  const made = Number(value)
  return Number.isFinite(made) ? made : 0
}
const whole = (value: Value): number => Math.trunc(number(value))
const entriesOf = (value: Value): { [key: string]: Value } => {
  if (value && typeof value === 'object' && !Array.isArray(value)) return value
  throw new Error('a map is needed')
}
const itemsOf = (value: Value): Value[] => {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value
  throw new Error('a list is needed')
}

const largest = 1_000_000
const bounded = (made: string): string => {
  if (made.length > largest) throw new Error(`the text is longer than ${largest} characters`)
  return made
}

function same(a: Value, b: Value): boolean {
  if ((typeof a === 'number' || typeof a === 'bigint') && (typeof b === 'number' || typeof b === 'bigint'))
    // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint of the same size are equal
    return a == b
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null)
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison')
  return typeof a === 'object' ? goJson(a as never) === goJson(b as never) : a === b
}

const before = (a: Value, b: Value): boolean => {
  if (typeof a === 'string' && typeof b === 'string') return a < b
  if (typeof a === 'string' || typeof b === 'string') throw new Error('incompatible types for comparison')
  return number(a) < number(b)
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
const indented = (width: Value, of: Value) => {
  const pad = ' '.repeat(Math.min(1000, Math.max(0, whole(width))))
  return bounded(pad + text(of).replaceAll('\n', `\n${pad}`))
}

/** `%s %d %v %q %t %x %5.2f %%` of Go. */
function formatted(format: Value, ...args: Value[]): string {
  let next = 0
  return bounded(
    text(format).replace(
      /%([-+# 0]*)(\d{0,4})(?:\.(\d{1,3}))?([a-zA-Z%])/g,
      (_all, flags: string, width, digits, verb) => {
        if (verb === '%') return '%'
        if (next >= args.length) return `%!${verb}(MISSING)`
        const value = args[next++]
        let out = text(value)
        if (verb === 'q') out = JSON.stringify(out)
        else if (verb === 'd') out = String(typeof value === 'bigint' ? value : whole(value))
        else if (verb === 'x')
          out = typeof value === 'string' ? Buffer.from(value).toString('hex') : whole(value).toString(16)
        else if (verb === 'f') out = number(value).toFixed(digits === undefined ? 6 : Math.min(100, Number(digits)))
        else if (verb === 's' && digits !== undefined) out = [...out].slice(0, Number(digits)).join('')
        const space = Number(width || 0)
        if (flags.includes('-')) return out.padEnd(space)
        return out.padStart(space, flags.includes('0') ? '0' : ' ')
      },
    ),
  )
}

/** Regular expressions of templates are Go's; those that JavaScript cannot hold or that are long are refused. */
function expression(source: Value, flags = ''): RegExp {
  const pattern = text(source).replace(/^\(\?i\)/, () => {
    flags += 'i'
    return ''
  })
  if (pattern.length > 200 || /\\[1-9]|\([^)]*[+*][^)]*\)[+*{]/.test(pattern))
    throw new Error('the expression is too complex')
  return new RegExp(pattern, `${flags}u`)
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0')

/** A time in Go's layout (`2006-01-02 15:04:05`), UTC. */
function dated(layout: Value, seconds: Value): string {
  const time = new Date(number(seconds) * 1000)
  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July']
  months.push('August', 'September', 'October', 'November', 'December')
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  const parts: Record<string, string> = {
    '2006': pad(time.getUTCFullYear(), 4),
    '01': pad(time.getUTCMonth() + 1),
    '02': pad(time.getUTCDate()),
    '15': pad(time.getUTCHours()),
    '04': pad(time.getUTCMinutes()),
    '05': pad(time.getUTCSeconds()),
    '06': pad(time.getUTCFullYear() % 100),
    January: months[time.getUTCMonth()]!,
    Jan: months[time.getUTCMonth()]!.slice(0, 3),
    Monday: days[time.getUTCDay()]!,
    Mon: days[time.getUTCDay()]!.slice(0, 3),
    MST: 'UTC',
    'Z07:00': 'Z',
  }
  return text(layout).replace(/2006|Z07:00|January|Jan|Monday|Mon|MST|01|02|15|04|05|06/g, (part) => parts[part]!)
}

const urlEscaped = (value: Value) => encodeURIComponent(text(value)).replaceAll('%20', '+')

export const functions: Record<string, Function> = {
  not: (value) => !isTrue(value),
  eq: (first, ...others) => others.some((other) => same(first, other)),
  ne: (a, b) => !same(a, b),
  lt: (a, b) => before(a, b),
  le: (a, b) => before(a, b) || same(a, b),
  gt: (a, b) => before(b, a),
  ge: (a, b) => before(b, a) || same(a, b),
  len: (of) =>
    typeof of === 'string' ? Buffer.byteLength(of) : Array.isArray(of) ? of.length : Object.keys(entriesOf(of)).length,
  index: (of, ...keys) =>
    keys.reduce((value, key) => (Array.isArray(value) ? at(value, key) : own(value, text(key))), of),
  slice: (of, from = 0, to) => (typeof of === 'string' ? of.slice(from, to) : itemsOf(of).slice(from, to)),
  print: (...args) => args.map(text).join(' '),
  println: (...args) => `${args.map(text).join(' ')}\n`,
  printf: formatted,
  html: (value) => text(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`),
  urlquery: urlEscaped,
  urlencode: urlEscaped,
  upper: (value) => text(value).toUpperCase(),
  uppercase: (value) => text(value).toUpperCase(),
  lower: (value) => text(value).toLowerCase(),
  lowercase: (value) => text(value).toLowerCase(),
  title: (value) => text(value).replace(/\p{L}[\p{L}\p{N}']*/gu, capital),
  uppercasefirst: (value) => capital(text(value)),
  trim: (value) => text(value).trim(),
  trimAll: (cutset, value) => trimmed(text(value), text(cutset)),
  trimPrefix: (prefix, value) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : text(value),
  trimSuffix: (suffix, value) =>
    suffix && text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : text(value),
  trunc: (width, value) => (width < 0 ? text(value).slice(width) : text(value).slice(0, width)),
  truncate: (value, width) => text(value).slice(0, whole(width)),
  substr: (from, to, value) => text(value).slice(whole(from), whole(to) < 0 ? undefined : whole(to)),
  nospace: (value) => text(value).replace(/\s/g, ''),
  repeat: (count, value) => {
    if (whole(count) * text(value).length > largest) throw new Error('the text would be too long')
    return text(value).repeat(Math.max(0, whole(count)))
  },
  replace: (old, fresh, value) => bounded(text(value).replaceAll(text(old), () => text(fresh))),
  contains: (part, value) => text(value).includes(text(part)),
  hasPrefix: (prefix, value) => text(value).startsWith(text(prefix)),
  hasSuffix: (suffix, value) => text(value).endsWith(text(suffix)),
  quote: (...values) => values.map((value) => JSON.stringify(text(value))).join(' '),
  squote: (...values) => values.map((value) => `'${text(value)}'`).join(' '),
  cat: (...values) => values.map(text).join(' '),
  indent: indented,
  nindent: (width, value) => `\n${indented(width, value)}`,
  split: (separator, value) =>
    Object.fromEntries(
      text(value)
        .split(text(separator))
        .map((part, index) => [`_${index}`, part]),
    ),
  splitList: (separator, value) => text(value).split(text(separator)),
  join: (separator, value) => bounded(itemsOf(value).map(text).join(text(separator))),
  regexMatch: (pattern, value) => expression(pattern).test(text(value).slice(0, 10_000)),
  regexFind: (pattern, value) => expression(pattern).exec(text(value).slice(0, 10_000))?.[0] ?? '',
  regexReplaceAll: (pattern, value, fresh) =>
    bounded(
      text(value)
        .slice(0, 10_000)
        .replace(expression(pattern, 'g'), text(fresh).replace(/\$\{(\w+)\}/g, '$$$1')),
    ),
  toString: text,
  int: whole,
  int64: whole,
  atoi: whole,
  float64: number,
  add: (...values) => values.reduce((sum, value) => sum + whole(value), 0),
  add1: (value) => whole(value) + 1,
  sub: (a, b) => whole(a) - whole(b),
  mul: (...values) => values.reduce((product, value) => product * whole(value), 1),
  div: (a, b) => quotient(a, b, Math.trunc),
  mod: (a, b) => {
    if (whole(b) === 0) throw new Error('division by zero')
    return whole(a) % whole(b)
  },
  max: (...values) => Math.max(...values.map(whole)),
  min: (...values) => Math.min(...values.map(whole)),
  until: (count) => Array.from({ length: Math.min(10_000, Math.max(0, whole(count))) }, (_, index) => index),
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  empty: (value) => !isTrue(value),
  coalesce: (...values) => values.find(isTrue) ?? null,
  ternary: (yes, no, isMet) => (isTrue(isMet) ? yes : no),
  list: (...values) => values,
  first: (value) => itemsOf(value)[0],
  last: (value) => itemsOf(value).at(-1),
  rest: (value) => itemsOf(value).slice(1),
  initial: (value) => itemsOf(value).slice(0, -1),
  append: (items, value) => [...itemsOf(items), value],
  prepend: (items, value) => [value, ...itemsOf(items)],
  concat: (...lists) => lists.flatMap(itemsOf),
  reverse: (items) => itemsOf(items).toReversed(),
  uniq: (items) => [...new Set(itemsOf(items))],
  has: (value, items) => itemsOf(items).some((item) => typeof item === typeof value && same(item, value)),
  without: (items, ...gone) => itemsOf(items).filter((item) => !gone.includes(item)),
  sortAlpha: (items) => itemsOf(items).map(text).sort(),
  dict: (...pairs) =>
    Object.fromEntries(pairs.flatMap((key, at) => (at % 2 ? [] : [[text(key), pairs[at + 1] ?? '']]))),
  get: (from, key) => own(entriesOf(from), text(key)) ?? '',
  hasKey: (from, key) => Object.hasOwn(entriesOf(from), text(key)),
  keys: (from) => Object.keys(entriesOf(from)).sort(),
  values: (from) => Object.values(entriesOf(from)),
  toJson: (value) => bounded(goJson((value ?? null) as never)),
  b64enc: (value) => Buffer.from(text(value)).toString('base64'),
  b64dec: (value) => Buffer.from(text(value), 'base64').toString(),
  sha256sum: (value) => createHash('sha256').update(text(value)).digest('hex'),
  datetime: (seconds, layout = '2006-01-02T15:04:05Z07:00') => dated(layout, seconds),
  date: dated,
  success: (value) => value === 'success',
  failure: (value) => value === 'failure',
}

const own = (from: Value, key: string): Value => {
  const entries = entriesOf(from)
  return Object.hasOwn(entries, key) ? entries[key] : undefined
}

function at(items: Value[], key: Value): Value {
  const index = whole(key)
  if (index < 0 || index >= items.length) throw new Error(`index out of range: ${index}`)
  return items[index]
}

function quotient(a: Value, b: Value, round: (value: number) => number): number {
  if (whole(b) === 0) throw new Error('division by zero')
  return round(whole(a) / whole(b))
}

function trimmed(value: string, cutset: string): string {
  let from = 0
  let to = value.length
  while (from < to && cutset.includes(value[from]!)) from++
  while (to > from && cutset.includes(value[to - 1]!)) to--
  return value.slice(from, to)
}
