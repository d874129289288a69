import type { ScalarNode } from './node.ts'

/**
 * A scalar after YAML 1.1 typing as Go's yaml v2 does it. Whole numbers from a million on are bigint, because Go writes the
 * whole number 1000000 and the float 1e6 differently; below they look the same.
 */
export type Typed = string | number | bigint | boolean | null
/** Any value so typed. */
export type Tree = Typed | Tree[] | { [key: string]: Tree }

const words = new Map<string, Typed>()
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) words.set(word, true)
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) words.set(word, false)
for (const word of ['', '~', 'null', 'Null', 'NULL']) words.set(word, null)
for (const word of ['.nan', '.NaN', '.NAN']) words.set(word, Number.NaN)
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) words.set(word, Infinity)
for (const word of ['-.inf', '-.Inf', '-.INF']) words.set(word, -Infinity)

const floatForm = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const timestampForm =
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?)?$/
const standard = 'tag:yaml.org,2002:'

/** Plain text that every type reads as null. */
export const isNothing = (text: string): boolean =>
  text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL'

/** True for what Go's decoder takes for "nothing here" before it looks at the wanted type. */
export const isNull = (node: ScalarNode): boolean =>
  node.tag === `${standard}null` || (!node.tag && node.isPlain && ['', '~', 'null'].includes(node.value))

/** The value a scalar has where any type is welcome. Throws `RangeError` when its tag and text disagree. */
export function typed(node: ScalarNode): Typed {
  const tag = node.tag.startsWith(standard) ? node.tag.slice(standard.length) : node.tag
  if (!tag) return node.isPlain ? typedText(node.value) : node.value
  if (tag === 'binary') return Buffer.from(node.value, 'base64').toString()
  if (!['bool', 'int', 'float', 'null', 'timestamp'].includes(tag)) return node.value
  const value = typedText(node.value)
  const kind = kindOf(value, node.value)
  if (kind === tag) return value
  if (tag === 'float' && kind === 'int') return Number(value)
  throw new RangeError(`"${node.value}" is no ${tag}`)
}

function kindOf(value: Typed, text: string): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return Number.isInteger(value) && wholeOf(text) !== undefined ? 'int' : 'float'
  return timestampForm.test(text) ? 'timestamp' : 'str'
}

/** Types plain text: `yes` is true, `0777` is 511, `1.10` is 1.1, `12:30:00` and dates stay text. */
export function typedText(text: string): Typed {
  const word = words.get(text)
  if (word !== undefined) return word
  if (!/^[-+.0-9]/.test(text)) return text
  if (text.startsWith('.')) return floatForm.test(text) ? Number(text) : text
  if (timestampForm.test(text)) return text
  const whole = wholeOf(text)
  if (whole !== undefined) return whole
  const plain = text.replaceAll('_', '')
  return floatForm.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : text
}

/** Decimal, `0x`, `0o`, `0b` and leading-zero octal whole numbers of 64 bits. */
function wholeOf(text: string): number | bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(text.replaceAll('_', ''))
  if (!match) return undefined
  const [, sign, digits] = match as unknown as [string, string, string]
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits)
  if (magnitude > (sign === '-' ? 2n ** 63n : sign === '+' ? 2n ** 63n - 1n : 2n ** 64n - 1n)) return undefined
  const value = sign === '-' ? -magnitude : magnitude
  return magnitude < 1_000_000n ? Number(value) : value
}
