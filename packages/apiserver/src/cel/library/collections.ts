import type { Overload } from '../ast.ts'
import { equal, order } from '../compare.ts'
import { CelError, Duration, List, none, Optional, sizeOf, Uint, type Value } from '../values.ts'
import { overload } from './define.ts'
import { find, findAll, regexCost } from './regular-expression.ts'

const each = { cost: ([size = 0]: readonly number[]) => Math.max(1, size) }
const pairs = { cost: ([a = 0, b = 0]: readonly number[]) => Math.max(1, a) * Math.max(1, b) }
const ordered = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']

function isSorted(all: List): boolean {
  for (let i = 1; i < all.size; i++) if (order(all.at(i - 1), all.at(i)) > 0) return false
  return true
}

const extreme = (name: string, sign: number) => (all: List) => {
  if (all.size === 0) throw new CelError(`${name} called on empty list`)
  return all.toArray().reduce((best, one) => (order(one, best) * sign > 0 ? one : best))
}

function sum(zero: Value, add: (a: never, b: never) => Value) {
  return (all: List) => all.toArray().reduce((total, one) => add(total as never, one as never), zero)
}

function index(all: List, one: Value, last: boolean): bigint {
  const found = last
    ? all.toArray().findLastIndex((other) => equal(one, other))
    : all.toArray().findIndex((other) => equal(one, other))
  return BigInt(found)
}

const has = (all: List, one: Value) => all.toArray().some((other) => equal(one, other))
const containsAll = (all: List, some: List) => some.toArray().every((one) => has(all, one))

const checked = (value: bigint) => {
  if (value < -(1n << 63n) || value >= 1n << 63n) throw new CelError('integer overflow')
  return value
}

/** Lists, sets, regular expressions and optional values, as Kubernetes extends CEL by them. */
export const collections = (): Overload[] => [
  ...ordered.flatMap((type) => [
    overload('isSorted', `list<${type}>.() bool`, isSorted, each),
    overload('min', `list<${type}>.() ${type}`, extreme('min', -1), each),
    overload('max', `list<${type}>.() ${type}`, extreme('max', 1), each),
  ]),
  overload(
    'sum',
    'list<int>.() int',
    sum(0n, (a: bigint, b: bigint) => checked(a + b)),
    each,
  ),
  overload(
    'sum',
    'list<uint>.() uint',
    sum(new Uint(0n), (a: Uint, b: Uint) => new Uint(a.value + b.value)),
    each,
  ),
  overload(
    'sum',
    'list<double>.() double',
    sum(0, (a: number, b: number) => a + b),
    each,
  ),
  overload(
    'sum',
    'list<duration>.() duration',
    sum(new Duration(0n), (a: Duration, b: Duration) => new Duration(a.nanos + b.nanos)),
    each,
  ),
  overload('indexOf', 'list<T>.(T) int', (all: List, one: Value) => index(all, one, false), each),
  overload('lastIndexOf', 'list<T>.(T) int', (all: List, one: Value) => index(all, one, true), each),
  overload('find', 'string.(string) string', (text: string, pattern: string) => find(text, pattern) ?? '', {
    ...regexCost,
    size: ([size = 0]) => size,
  }),
  overload(
    'findAll',
    'string.(string) list<string>',
    (text: string, pattern: string) => new List(findAll(text, pattern)),
    {
      ...regexCost,
      size: ([size = 0]) => size,
    },
  ),
  overload(
    'findAll',
    'string.(string, int) list<string>',
    (text: string, pattern: string, limit: bigint) =>
      new List(findAll(text, pattern, limit < 0n ? Infinity : Number(limit))),
    { ...regexCost, size: ([size = 0]) => size },
  ),
  overload('sets.contains', '(list<T>, list<T>) bool', containsAll, pairs),
  overload(
    'sets.equivalent',
    '(list<T>, list<T>) bool',
    (a: List, b: List) => containsAll(a, b) && containsAll(b, a),
    pairs,
  ),
  overload(
    'sets.intersects',
    '(list<T>, list<T>) bool',
    (a: List, b: List) => a.toArray().some((one) => has(b, one)),
    pairs,
  ),
  overload('optional.of', '(T) optional<T>', (value: Value) => new Optional(value)),
  overload('optional.none', '() optional<T>', () => none),
  overload('optional.ofNonZeroValue', '(T) optional<T>', (value: Value) =>
    isZero(value) ? none : new Optional(value),
  ),
  overload('hasValue', 'optional<T>.() bool', ({ value }: Optional) => value !== undefined),
  overload('value', 'optional<T>.() T', ({ value }: Optional) => {
    if (value === undefined) throw new CelError('optional.none() dereference')
    return value
  }),
  overload('or', 'optional<T>.(optional<T>) optional<T>', (one: Optional, other: Optional) =>
    one.value === undefined ? other : one,
  ),
  overload('orValue', 'optional<T>.(T) T', ({ value }: Optional, other: Value) =>
    value === undefined ? other : value,
  ),
  overload('optional.unwrap', '(list<optional<T>>) list<T>', unwrapped, each),
  overload('unwrapOpt', 'list<optional<T>>.() list<T>', unwrapped, each),
]

const unwrapped = (all: List) =>
  new List(all.toArray().flatMap((one) => (one instanceof Optional && one.value !== undefined ? [one.value] : [])))

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Duration) return value.nanos === 0n
  return typeof value === 'object' && sizeOf(value) === 0
}
