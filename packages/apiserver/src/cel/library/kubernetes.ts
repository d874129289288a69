import {
  asPrefix,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  qualifiedNameProblems,
} from '@sampan/kit/names'
import { findQuantity, formatQuantity, type Quantity } from '@sampan/kit/quantity'
import type { Overload } from '../ast.ts'
import { CelError, List, none, Opaque, Optional, timestampFrom } from '../values.ts'
import { first, overload } from './define.ts'

type Amount = Opaque<Quantity>

const amount = (quantity: Quantity): Amount =>
  new Opaque('kubernetes.Quantity', quantity, formatQuantity(quantity), (other) => other.nanos === quantity.nanos)

function quantity(text: string): Amount {
  const found = findQuantity(text)
  if (!found)
    throw new CelError(
      `quantity parse error during conversion from string: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    )
  return amount(found)
}

const nano = 1_000_000_000n
const plus = ({ value }: Amount, nanos: bigint) => amount({ ...value, nanos: value.nanos + nanos })
const compare = (a: bigint, b: bigint) => (a < b ? -1n : a > b ? 1n : 0n)

function asInteger({ value: { nanos } }: Amount): bigint {
  const whole = nanos / nano
  if (nanos % nano !== 0n || whole >= 1n << 63n || whole < -(1n << 63n))
    throw new CelError('cannot convert value to integer')
  return whole
}

interface Version {
  numbers: readonly bigint[]
  pre: readonly string[]
}
type Semver = Opaque<Version>

const strictVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/

/** With `normalize`: `v` in front, missing minor and patch, leading zeros are forgiven. */
function versionFrom(text: string, normalize = false): Semver | undefined {
  let wanted = text
  if (normalize) {
    const [, core = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text) ?? []
    const numbers = core.split('.').map((one) => one.replace(/^0+(?=\d)/, ''))
    while (numbers.length < 3) numbers.push('0')
    wanted = `${numbers.join('.')}${rest}`
  }
  const found = strictVersion.exec(wanted)
  if (!found) return undefined
  const version = { numbers: found.slice(1, 4).map(BigInt), pre: found[4]?.split('.') ?? [] }
  return new Opaque('kubernetes.Semver', version, wanted, (other) => compareVersions(version, other) === 0n)
}

function semver(text: string, normalize?: boolean): Semver {
  const found = versionFrom(text, normalize)
  if (!found) throw new CelError(`invalid semver ${JSON.stringify(text)}`)
  return found
}

function compareVersions(a: Version, b: Version): bigint {
  for (const [index, number] of a.numbers.entries())
    if (number !== b.numbers[index]) return compare(number, b.numbers[index]!)
  if (a.pre.length === 0 || b.pre.length === 0) return compare(BigInt(b.pre.length), BigInt(a.pre.length))
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const x = a.pre[i]
    const y = b.pre[i]
    if (x === undefined) return -1n
    if (y === undefined) return 1n
    if (x === y) continue
    const xs = /^\d+$/.test(x)
    const ys = /^\d+$/.test(y)
    if (xs && ys) return compare(BigInt(x), BigInt(y))
    if (xs !== ys) return xs ? -1n : 1n
    return x < y ? -1n : 1n
  }
  return 0n
}

type Format = Opaque<(text: string) => readonly string[]>

const uriProblems = (text: string) =>
  URL.canParse(text) || text.startsWith('/') ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`]
const uuidProblems = (text: string) =>
  /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/.test(text)
    ? []
    : ['does not match the UUID format']
const byteProblems = (text: string) =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) ? [] : ['invalid base64']
const dateProblems = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) && timestampFrom(`${text}T00:00:00Z`) ? [] : ['invalid date']
const timeProblems = (text: string) => (timestampFrom(text) ? [] : ['invalid datetime'])

const formats: Record<string, (text: string) => readonly string[]> = {
  __proto__: null as never,
  dns1123Label: dnsLabelProblems,
  dns1123Subdomain: dnsSubdomainProblems,
  dns1035Label: dns1035LabelProblems,
  qualifiedName: qualifiedNameProblems,
  dns1123LabelPrefix: (text) => dnsLabelProblems(asPrefix(text)),
  dns1123SubdomainPrefix: (text) => dnsSubdomainProblems(asPrefix(text)),
  dns1035LabelPrefix: (text) => dns1035LabelProblems(asPrefix(text)),
  labelValue: labelValueProblems,
  uri: uriProblems,
  uuid: uuidProblems,
  byte: byteProblems,
  date: dateProblems,
  datetime: timeProblems,
}

const formatOf = (name: string): Format => new Opaque('kubernetes.NamedFormat', formats[name]!, name)

function validated(format: Format, text: string): Optional {
  const problems = format.value(text)
  return problems.length === 0 ? none : new Optional(new List(problems))
}

/** Quantities, versions and formats of names; keys in JSON patches. */
export const kubernetes = (): Overload[] => [
  overload('jsonpatch.escapeKey', '(string) string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'), {
    ...first,
    size: ([size = 0]) => 2 * size,
  }),
  overload('quantity', '(string) kubernetes.Quantity', quantity, first),
  overload('isQuantity', '(string) bool', (text: string) => findQuantity(text) !== undefined, first),
  overload('sign', 'kubernetes.Quantity.() int', ({ value }: Amount) => compare(value.nanos, 0n)),
  overload('isInteger', 'kubernetes.Quantity.() bool', ({ value }: Amount) => value.nanos % nano === 0n),
  overload('asInteger', 'kubernetes.Quantity.() int', asInteger),
  overload('asApproximateFloat', 'kubernetes.Quantity.() double', ({ value }: Amount) => Number(value.nanos) / 1e9),
  overload('add', 'kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity', (a: Amount, b: Amount) =>
    plus(a, b.value.nanos),
  ),
  overload('add', 'kubernetes.Quantity.(int) kubernetes.Quantity', (a: Amount, b: bigint) => plus(a, b * nano)),
  overload('sub', 'kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity', (a: Amount, b: Amount) =>
    plus(a, -b.value.nanos),
  ),
  overload('sub', 'kubernetes.Quantity.(int) kubernetes.Quantity', (a: Amount, b: bigint) => plus(a, -b * nano)),
  overload(
    'isLessThan',
    'kubernetes.Quantity.(kubernetes.Quantity) bool',
    (a: Amount, b: Amount) => a.value.nanos < b.value.nanos,
  ),
  overload(
    'isGreaterThan',
    'kubernetes.Quantity.(kubernetes.Quantity) bool',
    (a: Amount, b: Amount) => a.value.nanos > b.value.nanos,
  ),
  overload('compareTo', 'kubernetes.Quantity.(kubernetes.Quantity) int', (a: Amount, b: Amount) =>
    compare(a.value.nanos, b.value.nanos),
  ),
  overload('string', '(kubernetes.Quantity) string', ({ text }: Amount) => text, { size: () => 30 }),
  overload('semver', '(string) kubernetes.Semver', semver, first),
  overload('semver', '(string, bool) kubernetes.Semver', semver, first),
  overload('isSemver', '(string) bool', (text: string) => versionFrom(text) !== undefined, first),
  overload(
    'isSemver',
    '(string, bool) bool',
    (text: string, normalize: boolean) => versionFrom(text, normalize) !== undefined,
    first,
  ),
  ...['major', 'minor', 'patch'].map((name, index) =>
    overload(name, 'kubernetes.Semver.() int', ({ value }: Semver) => value.numbers[index]!),
  ),
  overload(
    'isLessThan',
    'kubernetes.Semver.(kubernetes.Semver) bool',
    (a: Semver, b: Semver) => compareVersions(a.value, b.value) < 0n,
  ),
  overload(
    'isGreaterThan',
    'kubernetes.Semver.(kubernetes.Semver) bool',
    (a: Semver, b: Semver) => compareVersions(a.value, b.value) > 0n,
  ),
  overload('compareTo', 'kubernetes.Semver.(kubernetes.Semver) int', (a: Semver, b: Semver) =>
    compareVersions(a.value, b.value),
  ),
  ...Object.keys(formats).map((name) => overload(`format.${name}`, '() kubernetes.NamedFormat', () => formatOf(name))),
  overload('format.named', '(string) optional<kubernetes.NamedFormat>', (name: string) =>
    formats[name] ? new Optional(formatOf(name)) : none,
  ),
  overload('validate', 'kubernetes.NamedFormat.(string) optional<list<string>>', validated, {
    cost: ([, size = 0]) => Math.max(1, Math.ceil(size * 0.4)),
  }),
]
