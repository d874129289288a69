import type { Overload } from '../ast.ts'
import { concatenated, equal, order } from '../compare.ts'
import {
  CelError,
  Duration,
  isMapping,
  List,
  type Mapping,
  none,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts'
import { overload, perByte } from './define.ts'

const minInt = -(1n << 63n)
const maxInt = (1n << 63n) - 1n
const maxUint = (1n << 64n) - 1n
const minTime = -62135596800n * 1_000_000_000n
const maxTime = 253402300799n * 1_000_000_000n + 999_999_999n

const int = (value: bigint): bigint => {
  if (value < minInt || value > maxInt) throw new CelError('integer overflow')
  return value
}
const uint = (value: bigint): Uint => {
  if (value < 0n || value > maxUint) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}
const time = (nanos: bigint): Timestamp => {
  if (nanos < minTime || nanos > maxTime) throw new CelError('timestamp overflow')
  return new Timestamp(nanos)
}
const span = (nanos: bigint): Duration => {
  if (nanos < minInt || nanos > maxInt) throw new CelError('duration overflow')
  return new Duration(nanos)
}
const nonZero = (value: bigint, what: string): bigint => {
  if (value === 0n) throw new CelError(what)
  return value
}

type Arithmetic = [name: string, on: (a: bigint, b: bigint) => bigint, double?: (a: number, b: number) => number]
const arithmetic: Arithmetic[] = [
  ['_+_', (a, b) => a + b, (a, b) => a + b],
  ['_-_', (a, b) => a - b, (a, b) => a - b],
  ['_*_', (a, b) => a * b, (a, b) => a * b],
  ['_/_', (a, b) => a / nonZero(b, 'division by zero'), (a, b) => a / b],
  ['_%_', (a, b) => a % nonZero(b, 'modulus by zero')],
]

const joinCost = { cost: ([a = 0, b = 0]: readonly number[]) => Math.ceil((a + b) * perByte) }
const joinSized = { ...joinCost, size: ([a = 0, b = 0]: readonly number[]) => a + b }
const lesser = { cost: ([a = 0, b = 0]: readonly number[]) => Math.max(1, Math.ceil(Math.min(a, b) * perByte)) }

const comparisons: [string, (order: number) => boolean][] = [
  ['_<_', (one) => one < 0],
  ['_<=_', (one) => one <= 0],
  ['_>_', (one) => one > 0],
  ['_>=_', (one) => one >= 0],
]
const numeric = ['int', 'uint', 'double']

export const operators = (): Overload[] => [
  ...arithmetic.flatMap(([name, on, double]) => [
    overload(name, '(int, int) int', (a: bigint, b: bigint) => int(on(a, b))),
    overload(name, '(uint, uint) uint', (a: Uint, b: Uint) => uint(on(a.value, b.value))),
    ...(double ? [overload(name, '(double, double) double', double)] : []),
  ]),
  overload('_+_', '(string, string) string', (a: string, b: string) => a + b, joinSized),
  overload('_+_', '(bytes, bytes) bytes', (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]), joinSized),
  overload('_+_', '(list<T>, list<T>) list<T>', concatenated, { size: ([a = 0, b = 0]) => a + b }),
  overload('_+_', '(timestamp, duration) timestamp', (a: Timestamp, b: Duration) => time(a.nanos + b.nanos)),
  overload('_+_', '(duration, timestamp) timestamp', (a: Duration, b: Timestamp) => time(a.nanos + b.nanos)),
  overload('_+_', '(duration, duration) duration', (a: Duration, b: Duration) => span(a.nanos + b.nanos)),
  overload('_-_', '(timestamp, timestamp) duration', (a: Timestamp, b: Timestamp) => span(a.nanos - b.nanos)),
  overload('_-_', '(timestamp, duration) timestamp', (a: Timestamp, b: Duration) => time(a.nanos - b.nanos)),
  overload('_-_', '(duration, duration) duration', (a: Duration, b: Duration) => span(a.nanos - b.nanos)),
  overload('-_', '(int) int', (a: bigint) => int(-a)),
  overload('-_', '(double) double', (a: number) => -a),
  overload('!_', '(bool) bool', (a: boolean) => !a),
  overload('_==_', '(T, T) bool', equal, lesser),
  overload('_!=_', '(T, T) bool', (a: Value, b: Value) => !equal(a, b), lesser),
  ...comparisons.flatMap(([name, holds]) => [
    ...['bool', 'string', 'bytes', 'timestamp', 'duration'].map((type) =>
      overload(name, `(${type}, ${type}) bool`, (a: Value, b: Value) => holds(order(a, b)), lesser),
    ),
    ...numeric.flatMap((a) =>
      numeric.map((b) => overload(name, `(${a}, ${b}) bool`, (x: Value, y: Value) => holds(order(x, y)))),
    ),
  ]),
  overload('@in', '(T, list<T>) bool', (one: Value, all: List) => all.toArray().some((other) => equal(one, other)), {
    cost: ([, size = 0]) => Math.max(1, size),
  }),
  overload('@in', '(K, map<K,V>) bool', (key: Value, all: Mapping) => all.get(key) !== undefined),
  overload('_[_]', '(list<T>, int) T', (all: List, index: Value) => element(all, index)),
  overload('_[_]', '(map<K,V>, K) V', (all: Mapping, key: Value) => {
    const found = all.get(key)
    if (found === undefined) throw new CelError(`no such key: ${keyText(key)}`)
    return found
  }),
  overload('_[?_]', '(list<T>, int) optional<T>', (all: List, index: bigint) =>
    index >= 0n && index < BigInt(all.size) ? new Optional(all.at(Number(index))) : none,
  ),
  overload('_[?_]', '(map<K,V>, K) optional<V>', (all: Mapping, key: Value) => optionalOf(all.get(key))),
  overload('_[?_]', '(optional<list<T>>, int) optional<T>', (all: Optional, index: bigint) =>
    all.value instanceof List && index >= 0n && index < BigInt(all.value.size)
      ? new Optional(all.value.at(Number(index)))
      : none,
  ),
  overload('_[?_]', '(optional<map<K,V>>, K) optional<V>', (all: Optional, key: Value) =>
    optionalOf(isMapping(all.value) ? all.value.get(key) : undefined),
  ),
  overload('_[_]', '(optional<list<T>>, int) optional<T>', (all: Optional, index: Value) =>
    all.value instanceof List ? new Optional(element(all.value, index)) : none,
  ),
  overload('_[_]', '(optional<map<K,V>>, K) optional<V>', (all: Optional, key: Value) =>
    optionalOf(isMapping(all.value) ? all.value.get(key) : undefined),
  ),
]

const optionalOf = (value: Value | undefined) => (value === undefined ? none : new Optional(value))

function element(all: List, index: Value): Value {
  const at =
    typeof index === 'number' && Number.isInteger(index) ? index : typeof index === 'bigint' ? Number(index) : -1
  if (at < 0 || at >= all.size) throw new CelError(`index out of bounds: ${String(at)}`)
  return all.at(at)
}

export const keyText = (key: Value): string =>
  typeof key === 'object' ? (key instanceof Uint ? String(key.value) : 'unknown') : String(key)
