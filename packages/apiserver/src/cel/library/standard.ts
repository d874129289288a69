import type { Overload } from '../ast.ts'
import {
  CelError,
  Duration,
  durationFrom,
  durationText,
  sizeOf,
  Timestamp,
  TypeValue,
  timestampFrom,
  timestampText,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts'
import { firstSized, overload, perByte, traversal } from './define.ts'
import { find, regexCost } from './regular-expression.ts'

const intRange = (value: bigint): bigint => {
  if (value < -(1n << 63n) || value >= 1n << 63n) throw new CelError('range error')
  return value
}
const uintRange = (value: bigint): Uint => {
  if (value < 0n || value >= 1n << 64n) throw new CelError('range error')
  return new Uint(value)
}

function whole(value: number): bigint {
  if (!Number.isFinite(value)) throw new CelError('range error')
  return BigInt(Math.trunc(value))
}

function parsed(text: string, pattern: RegExp, type: string): bigint {
  if (!pattern.test(text)) throw new CelError(`type conversion error from 'string' to '${type}'`)
  return BigInt(text.replace(/^\+/, ''))
}

function doubleFrom(text: string): number {
  if (/^[-+]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text))
    throw new CelError("type conversion error from 'string' to 'double'")
  return Number(text)
}

export const doubleText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : goFloat(value)

/** As Go's strconv does with 'g' and no precision. */
function goFloat(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e21))
    return value.toExponential().replace(/e([-+])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`)
  return String(value)
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string', { cause })
  }
}

function boolFrom(text: string): boolean {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(text)) return false
  throw new CelError("type conversion error from 'string' to 'bool'")
}

function must<T>(value: T | undefined, type: string): T {
  if (value === undefined) throw new CelError(`type conversion error from 'string' to '${type}'`)
  return value
}

const size = (value: Value) => BigInt(typeof value === 'string' ? [...value].length : sizeOf(value))
const withSecond = { cost: ([, b = 0]: readonly number[]) => traversal(b) }
const containing = {
  cost: ([a = 0, b = 0]: readonly number[]) => Math.max(1, Math.ceil(a * perByte) * Math.ceil(b * perByte)),
}
const utf8Size = { ...firstSized }

/** The functions every CEL has. */
export const standard = (): Overload[] => [
  ...['string', 'bytes', 'list<T>', 'map<K,V>'].flatMap((type) => [
    overload('size', `(${type}) int`, size),
    overload('size', `${type}.() int`, size),
  ]),
  overload('startsWith', 'string.(string) bool', (a: string, b: string) => a.startsWith(b), withSecond),
  overload('endsWith', 'string.(string) bool', (a: string, b: string) => a.endsWith(b), withSecond),
  overload('contains', 'string.(string) bool', (a: string, b: string) => a.includes(b), containing),
  overload('matches', 'string.(string) bool', (a: string, b: string) => find(a, b) !== undefined, regexCost),
  overload('matches', '(string, string) bool', (a: string, b: string) => find(a, b) !== undefined, regexCost),
  overload('int', '(int) int', (a: bigint) => a),
  overload('int', '(uint) int', (a: Uint) => intRange(a.value)),
  overload('int', '(double) int', (a: number) => intRange(whole(a))),
  overload('int', '(string) int', (a: string) => intRange(parsed(a, /^[-+]?\d+$/, 'int'))),
  overload('int', '(timestamp) int', ({ nanos }: Timestamp) => nanos / 1_000_000_000n),
  overload('uint', '(uint) uint', (a: Uint) => a),
  overload('uint', '(int) uint', (a: bigint) => uintRange(a)),
  overload('uint', '(double) uint', (a: number) => uintRange(whole(a))),
  overload('uint', '(string) uint', (a: string) => uintRange(parsed(a, /^\d+$/, 'uint'))),
  overload('double', '(double) double', (a: number) => a),
  overload('double', '(int) double', (a: bigint) => Number(a)),
  overload('double', '(uint) double', (a: Uint) => Number(a.value)),
  overload('double', '(string) double', doubleFrom),
  overload('string', '(string) string', (a: string) => a, utf8Size),
  overload('string', '(bool) string', String, { size: () => 5 }),
  overload('string', '(int) string', String, { size: () => 20 }),
  overload('string', '(uint) string', (a: Uint) => String(a.value), { size: () => 20 }),
  overload('string', '(double) string', doubleText, { size: () => 25 }),
  overload('string', '(bytes) string', utf8, utf8Size),
  overload('string', '(timestamp) string', timestampText, { size: () => 35 }),
  overload('string', '(duration) string', durationText, { size: () => 25 }),
  overload('bytes', '(bytes) bytes', (a: Uint8Array) => a, utf8Size),
  overload('bytes', '(string) bytes', (a: string) => new TextEncoder().encode(a), utf8Size),
  overload('bool', '(bool) bool', (a: boolean) => a),
  overload('bool', '(string) bool', boolFrom),
  overload('timestamp', '(timestamp) timestamp', (a: Timestamp) => a),
  overload('timestamp', '(string) timestamp', (a: string) => must(timestampFrom(a), 'timestamp'), {
    allows: { 0: (text: string) => timestampFrom(text) !== undefined },
  }),
  overload('timestamp', '(int) timestamp', (a: bigint) => new Timestamp(a * 1_000_000_000n)),
  overload('duration', '(duration) duration', (a: Duration) => a),
  overload('duration', '(string) duration', (a: string) => must(durationFrom(a), 'duration'), {
    allows: { 0: (text: string) => durationFrom(text) !== undefined },
  }),
  overload('duration', '(int) duration', (a: bigint) => new Duration(a)),
  overload('type', '(T) type<T>', (a: Value) => new TypeValue(typeNameOf(a))),
  overload('dyn', '(T) dyn', (a: Value) => a, { size: ([one = 0]) => one }),
  ...parts(),
]

type Fields = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>

/** A time in a zone: an IANA name or `+01:00`. Throws CelError for a zone nobody knows. */
function fieldsOf({ nanos }: Timestamp, zone = 'UTC'): Date {
  const ms = Number(nanos / 1_000_000n)
  const offset = /^([-+]?)(\d\d):(\d\d)$/.exec(zone)
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return new Date(ms + (offset[1] === '-' ? -minutes : minutes) * 60_000)
  }
  if (zone === 'UTC' || zone === '') return new Date(ms)
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const found = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)])) as Fields
    return new Date(
      Date.UTC(
        found.year,
        found.month - 1,
        found.day,
        found.hour,
        found.minute,
        found.second,
        ((ms % 1000) + 1000) % 1000,
      ),
    )
  } catch (cause) {
    throw new CelError(`unknown time zone ${zone}`, { cause })
  }
}

function parts(): Overload[] {
  const ofTime: Record<string, (date: Date) => number> = {
    getFullYear: (date) => date.getUTCFullYear(),
    getMonth: (date) => date.getUTCMonth(),
    getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000),
    getDayOfMonth: (date) => date.getUTCDate() - 1,
    getDate: (date) => date.getUTCDate(),
    getDayOfWeek: (date) => date.getUTCDay(),
    getHours: (date) => date.getUTCHours(),
    getMinutes: (date) => date.getUTCMinutes(),
    getSeconds: (date) => date.getUTCSeconds(),
    getMilliseconds: (date) => date.getUTCMilliseconds(),
  }
  const ofSpan: Record<string, bigint> = {
    getHours: 3_600_000_000_000n,
    getMinutes: 60_000_000_000n,
    getSeconds: 1_000_000_000n,
    getMilliseconds: 1_000_000n,
  }
  return [
    ...Object.entries(ofTime).flatMap(([name, part]) => [
      overload(name, 'timestamp.() int', (time: Timestamp) => BigInt(part(fieldsOf(time)))),
      overload(name, 'timestamp.(string) int', (time: Timestamp, zone: string) => BigInt(part(fieldsOf(time, zone)))),
    ]),
    ...Object.entries(ofSpan).map(([name, unit]) =>
      overload(name, 'duration.() int', (span: Duration) => span.nanos / unit),
    ),
  ]
}
