import {
  CelError,
  Duration,
  durationText,
  isMapping,
  List,
  Timestamp,
  TypeValue,
  timestampText,
  Uint,
  type Value,
} from '../values.ts'
import { doubleText } from './standard.ts'

/** `"%s has %d".format([name, count])`: `%s %d %f %e %b %x %X %o %%`, with a precision for `f` and `e`. */
export function formatted(pattern: string, args: List): string {
  let next = 0
  return pattern.replace(/%(?:\.(\d+))?(.?)/gs, (_, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (next >= args.size) throw new CelError(`index ${next} out of range`)
    const value = args.at(next++)
    const digits = precision === undefined ? 6 : Number(precision)
    switch (verb) {
      case 's':
        return shown(value)
      case 'd':
        return decimal(value)
      case 'f':
        return fixed(value, (one) => one.toFixed(digits))
      case 'e':
        return fixed(value, (one) => one.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2'))
      case 'b':
        return typeof value === 'boolean' ? (value ? '1' : '0') : whole(value, 'b').toString(2)
      case 'o':
        return whole(value, 'o').toString(8)
      case 'x':
        return hex(value)
      case 'X':
        return hex(value).toUpperCase()
      default:
        throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
    }
  })
}

function shown(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'number') return doubleText(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof TypeValue) return value.name
  if (value instanceof List) return `[${value.toArray().map(shown).join(', ')}]`
  if (isMapping(value))
    return `{${value
      .keys()
      .map((key) => `${shown(key)}: ${shown(value.get(key)!)}`)
      .toSorted()
      .join(', ')}}`
  throw new CelError(
    'error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  )
}

function decimal(value: Value): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint) return String(value.value)
  if (typeof value === 'number' && !Number.isFinite(value)) return doubleText(value)
  throw new CelError('error during formatting: decimal clause can only be used on integers')
}

function fixed(value: Value, print: (value: number) => string): string {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'bigint'
        ? Number(value)
        : value instanceof Uint
          ? Number(value.value)
          : undefined
  if (number === undefined)
    throw new CelError('error during formatting: fixed-point clause can only be used on doubles')
  return Number.isFinite(number) ? print(number) : doubleText(number)
}

function whole(value: Value, verb: string): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Uint) return value.value
  throw new CelError(`error during formatting: "${verb}" clause can only be used on integers`)
}

function hex(value: Value): string {
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value as string).toString('hex')
  return whole(value, 'x').toString(16)
}
