import { anything, bad, type Shape, struct, text } from './decode.ts'
import type { Setting, Value } from './plan.ts'
import type { Tree } from './scalar.ts'

const reference = struct({ from_secret: text })
const valued = struct({ value: text, from_secret: text })

/** One entry of `settings`: `{from_secret: name}`, or anything. Undefined is null, which is not passed on. */
export const setting: Shape<Tree | undefined> = {
  zero: () => undefined,
  read(node, _there, decoder) {
    if (node.kind === 'map') {
      const { value, problems } = decoder.attempt(node, reference, reference.zero())
      if (value !== bad && problems.length === 0 && value.from_secret) return { from_secret: value.from_secret }
    }
    return decoder.decode(node, anything, null)
  },
}

/** One entry of a step's `environment`: a text or `{from_secret: name}`. Undefined is null, which is dropped. */
export const variable: Shape<Value | undefined> = {
  zero: () => undefined,
  read(node, _there, decoder) {
    if (node.kind === 'scalar') return decoder.decode(node, text, '')
    const made = decoder.decode(node, valued, valued.zero())
    if (made === bad) return bad
    return made.from_secret.trim() ? { from_secret: made.from_secret } : made.value
  },
}

const isSecret = (value: unknown): value is { from_secret: string } =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { from_secret?: unknown }).from_secret === 'string' &&
  (value as { from_secret: string }).from_secret !== ''

/** `settings` as the variables a plugin reads. */
export function pluginVariables(settings: Readonly<Record<string, Tree>>): Record<string, Value> {
  const out: Record<string, Value> = {}
  for (const [key, value] of Object.entries(settings))
    out[`PLUGIN_${key.toUpperCase()}`] = isSecret(value) && isReference(value) ? value : encoded(value)
  return out
}

/** Only the whole value of a setting can be a secret; deeper down `from_secret` is an ordinary key. */
const isReference = (value: object): value is { from_secret: string } => Object.keys(value).length === 1

/** A setting as anything that reads JSON can have it: numbers JSON has no form for are the text a plugin reads. */
export function plain(value: Tree): Setting {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return scalarText(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, plain(of)]))
}

/** One value as text: scalars plain, lists of scalars joined by commas, the rest as JSON with sorted keys. */
export function encoded(value: Tree): string {
  if (Array.isArray(value))
    return value.every((item) => item === null || typeof item !== 'object')
      ? value.map((item) => (item === null ? '' : scalarText(item as Scalar))).join(',')
      : goJson(value)
  if (value === null) return 'null'
  return typeof value === 'object' ? goJson(value) : scalarText(value)
}

type Scalar = string | number | bigint | boolean

export function scalarText(value: Scalar): string {
  return typeof value === 'number' ? goFloat(value) : String(value)
}

/** Go's shortest form of a float: with an exponent below 1e-4 and from 1e6 on. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 6) {
    const digits = String(Math.abs(power)).padStart(2, '0')
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
  }
  return power >= 0 ? String(value) : fixed(mantissa, power)
}

function fixed(mantissa: string, power: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}0.${'0'.repeat(-power - 1)}${mantissa.replace(/[-.]/g, '')}`
}

/** JSON as Go writes it: compact, keys sorted, `<`, `>`, `&` and line separators escaped. */
export function goJson(value: Tree): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'string') return goJsonText(value)
  if (typeof value === 'object')
    return `{${Object.keys(value)
      .sort(byBytes)
      .map((key) => `${goJsonText(key)}:${goJson((value as Record<string, Tree>)[key]!)}`)
      .join(',')}}`
  return String(value)
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

const goJsonText = (text: string) =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029]|\\[bf]/g, (char) => {
    if (char === '\\b') return '\\u0008'
    if (char === '\\f') return '\\u000c'
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
