/** Kubernetes quantities (`250m`, `1.5Gi`, `2e3`), exact: counted in nano-units. */
export interface Quantity {
  readonly nanos: bigint
  /** How it was written decides how it is written again. */
  readonly format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent'
}

const NANO = 1_000_000_000n
const LARGEST = (2n ** 63n - 1n) * NANO
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binary: Record<string, bigint> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
}
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i|)$/

/** What upstream says of text that is no quantity. */
export const quantityPattern =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** The same few quantities come again and again, and big numbers are slow: what was parsed is kept, up to a limit. */
const known = new Map<string, Quantity | undefined>()
const mostKnown = 2000

/** Undefined when `text` is no quantity. Finer than a nano-unit is rounded away from zero; too large is cut to 2^63-1. */
export function findQuantity(text: string | number): Quantity | undefined {
  const key = String(text)
  if (known.has(key)) return known.get(key)
  const found = parsed(key)
  if (key.length > 40) return found
  if (known.size >= mostKnown) known.clear()
  known.set(key, found)
  return found
}

function parsed(text: string): Quantity | undefined {
  const match = pattern.exec(text.trim())
  if (!match || `${match[2]}${match[3] ?? ''}` === '') return undefined
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : undefined
  const factor = binary[suffix]
  const power = factor ? 0 : (exponent ?? decimal[suffix]!)
  if (Math.abs(power) > 1000) return undefined
  let top = BigInt(whole + fraction || '0') * (factor ?? 1n) * NANO
  let bottom = 10n ** BigInt(fraction.length)
  if (power >= 0) top *= 10n ** BigInt(power)
  else bottom *= 10n ** BigInt(-power)
  const size = min((top + bottom - 1n) / bottom, LARGEST)
  return {
    nanos: sign === '-' ? -size : size,
    format: factor ? 'BinarySI' : exponent === undefined ? 'DecimalSI' : 'DecimalExponent',
  }
}

const min = (a: bigint, b: bigint) => (a < b ? a : b)

/** Throws `RangeError` when `text` is no quantity. */
export function parseQuantity(text: string | number): Quantity {
  const found = findQuantity(text)
  if (!found) throw new RangeError(quantityPattern)
  return found
}

/** The one way Kubernetes writes this value: no fraction, the largest suffix that keeps it whole. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0'
  const size = nanos < 0n ? -nanos : nanos
  if (format === 'BinarySI' && size >= 1024n * NANO) return asBinary(nanos < 0n, size)
  let mantissa = size
  let power = -9
  while (mantissa % 1000n === 0n && power < 18) {
    mantissa /= 1000n
    power += 3
  }
  const suffix =
    format === 'DecimalExponent'
      ? power === 0
        ? ''
        : `e${power}`
      : Object.keys(decimal).find((key) => decimal[key] === power)
  return `${nanos < 0n ? '-' : ''}${mantissa}${suffix}`
}

function asBinary(isNegative: boolean, size: bigint): string {
  let mantissa = (size + NANO - 1n) / NANO
  let step = 0
  while (mantissa % 1024n === 0n && step < 6) {
    mantissa /= 1024n
    step++
  }
  return `${isNegative ? '-' : ''}${mantissa}${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][step]}`
}

/** `1000m` → `1`, `1024Mi` → `1Gi`. Throws `RangeError`. */
export const canonicalQuantity = (text: string | number) => formatQuantity(parseQuantity(text))

/** Negative, zero or positive, as for `sort`. Throws `RangeError`. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nanos - parseQuantity(b).nanos
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Written in the first one's format, unless that is zero. Throws `RangeError`. */
export function addQuantities(...texts: (string | number)[]): string {
  const sum = texts
    .map(parseQuantity)
    .reduce((a, b) => ({ nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format }), {
      nanos: 0n,
      format: 'DecimalSI',
    })
  return formatQuantity(sum)
}

/** `a - b`, which may be negative. Throws `RangeError`. */
export function subtractQuantities(a: string | number, b: string | number): string {
  const [from, take] = [parseQuantity(a), parseQuantity(b)]
  return formatQuantity({ nanos: from.nanos - take.nanos, format: from.nanos === 0n ? take.format : from.format })
}

const roundedUp = (value: bigint, unit: bigint) => Number(value > 0n ? (value + unit - 1n) / unit : value / unit)

/** Whole units, rounded up: bytes of a memory quantity. Throws `RangeError`. */
export const unitsOf = (text: string | number) => roundedUp(parseQuantity(text).nanos, NANO)

/** Thousandths, rounded up: millicores of a cpu quantity. Throws `RangeError`. */
export const milliOf = (text: string | number) => roundedUp(parseQuantity(text).nanos, 1_000_000n)

/** `1500` → `1500m`. */
export const quantityOfMilli = (milli: number) =>
  formatQuantity({ nanos: BigInt(Math.round(milli)) * 1_000_000n, format: 'DecimalSI' })

/** Bytes as memory is usually written: `268435456` → `256Mi`. */
export const quantityOfBytes = (bytes: number) =>
  formatQuantity({ nanos: BigInt(Math.round(bytes)) * NANO, format: 'BinarySI' })
