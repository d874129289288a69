import type { Schema } from './define.ts'
import type { Problem } from './errors.ts'
import { duplicate, invalidValue, notSupported, required, wrongType } from './problem.ts'

interface Checking {
  /** Whether fields that the schema does not know are problems; default true. */
  strict?: boolean
}

/**
 * What is wrong with `value`, in the sentences of Kubernetes' own schema validation; empty when nothing is. `at` is the
 * path of `value` in what the user wrote, as `spec.port`; the root is the empty string.
 */
export function check(schema: Schema, value: unknown, at = '', options: Checking = {}): Problem[] {
  if (value === null || value === undefined)
    return schema.nullable || isOpen(schema) ? [] : [wrongType(at, value ?? null, mustBe(at, schema.type))]
  if (schema['x-kubernetes-int-or-string'])
    return typeof value === 'string' || Number.isInteger(value)
      ? combined(schema, value, at, options)
      : [wrongType(at, value, `${shown(at)} must be an integer or a string`)]
  if (schema.type && !isOf(schema.type, value))
    return [wrongType(at, nameOf(value), `${mustBe(at, schema.type)}: ${JSON.stringify(nameOf(value))}`)]
  return [
    ...(schema.enum && !schema.enum.some((one) => same(one, value))
      ? [notSupported(at, value, schema.enum.map(String))]
      : []),
    ...(typeof value === 'string' ? textProblems(schema, value, at) : []),
    ...(typeof value === 'number' ? numberProblems(schema, value, at) : []),
    ...(Array.isArray(value) ? listProblems(schema, value, at, options) : []),
    ...(isObject(value) ? objectProblems(schema, value, at, options) : []),
    ...combined(schema, value, at, options),
  ]
}

/** `value` with the schema's defaults where fields are missing, or null where null may not be. Changes nothing: what must change is copied. */
export function complete(schema: Schema, value: unknown): unknown {
  const isNone = value === undefined || (value === null && schema.default !== undefined && !schema.nullable)
  if (isNone) return schema.default === undefined ? undefined : structuredClone(schema.default)
  if (Array.isArray(value)) return schema.items ? value.map((one) => complete(schema.items!, one)) : value
  if (!isObject(value)) return value
  const filled: Record<string, unknown> = { ...value }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const next = complete(field, value[name])
    if (next !== undefined) filled[name] = next
  }
  if (typeof schema.additionalProperties === 'object')
    for (const name of Object.keys(value))
      if (!schema.properties || !Object.hasOwn(schema.properties, name))
        filled[name] = complete(schema.additionalProperties, value[name])
  return filled
}

function textProblems({ minLength, maxLength, pattern, format }: Schema, value: string, at: string): Problem[] {
  const length = [...value].length
  const problems: Problem[] = []
  if (minLength !== undefined && length < minLength)
    problems.push(invalidValue(at, value, `${shown(at)} should be at least ${minLength} chars long`))
  if (maxLength !== undefined && length > maxLength)
    problems.push({
      reason: 'FieldValueTooLong',
      field: at,
      message: `Too long: may not be more than ${maxLength} bytes`,
    })
  if (pattern !== undefined && !expression(pattern).test(value))
    problems.push(invalidValue(at, value, `${shown(at)} should match '${pattern}'`))
  if (format === 'date-time' && Number.isNaN(Date.parse(value)))
    problems.push(invalidValue(at, value, `${shown(at)} must be of type date-time: ${JSON.stringify(value)}`))
  return problems
}

function numberProblems(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Schema,
  value: number,
  at: string,
): Problem[] {
  const problems: Problem[] = []
  const say = (what: string) => problems.push(invalidValue(at, value, `${shown(at)} should be ${what}`))
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`a multiple of ${multipleOf}`)
  return problems
}

function listProblems(schema: Schema, value: unknown[], at: string, options: Checking): Problem[] {
  const problems: Problem[] = []
  if (schema.minItems !== undefined && value.length < schema.minItems)
    problems.push(invalidValue(at, value.length, `${shown(at)} should have at least ${schema.minItems} items`))
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    problems.push({
      reason: 'FieldValueTooMany',
      field: at,
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    })
  const keys = schema['x-kubernetes-list-map-keys']
  const identity =
    schema.uniqueItems || schema['x-kubernetes-list-type'] === 'set'
      ? (one: unknown) => one
      : keys
        ? keysOf(keys, schema.items)
        : undefined
  const seen = new Set<string>()
  value.forEach((one, index) => {
    if (schema.items) problems.push(...check(schema.items, one, `${at}[${index}]`, options))
    if (!identity) return
    const id = JSON.stringify(identity(one))
    if (seen.has(id)) problems.push(duplicate(`${at}[${index}]`, identity(one)))
    seen.add(id)
  })
  return problems
}

const keysOf = (keys: readonly string[], items: Schema | undefined) => (one: unknown) =>
  isObject(one) ? Object.fromEntries(keys.map((key) => [key, one[key] ?? items?.properties?.[key]?.default])) : one

function objectProblems(schema: Schema, value: Record<string, unknown>, at: string, options: Checking): Problem[] {
  const problems: Problem[] = []
  const names = Object.keys(value)
  for (const name of schema.required ?? []) if (value[name] === undefined) problems.push(required(join(at, name)))
  if (schema.minProperties !== undefined && names.length < schema.minProperties)
    problems.push(
      invalidValue(at, names.length, `${shown(at)} should have at least ${schema.minProperties} properties`),
    )
  if (schema.maxProperties !== undefined && names.length > schema.maxProperties)
    problems.push({
      reason: 'FieldValueTooMany',
      field: at,
      message: `Too many: ${names.length}: must have at most ${schema.maxProperties} items`,
    })
  for (const name of names) {
    if (value[name] === undefined) continue
    const field = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (field) problems.push(...check(field, value[name], join(at, name), options))
    else if (typeof schema.additionalProperties === 'object')
      problems.push(...check(schema.additionalProperties, value[name], join(at, name), options))
    else if (!isOpen(schema) && schema.properties && options.strict !== false)
      problems.push({ reason: 'FieldValueForbidden', field: join(at, name), message: 'Forbidden: unknown field' })
  }
  return problems
}

/** allOf, anyOf, oneOf, not. They never bring fields of their own, so unknown fields are not looked for inside. */
function combined(schema: Schema, value: unknown, at: string, options: Checking): Problem[] {
  const inside = { ...options, strict: false }
  const holds = (one: Schema) => check(one, value, at, inside).length === 0
  const problems = (schema.allOf ?? []).flatMap((one) => check(one, value, at, inside))
  if (schema.anyOf && !schema.anyOf.some(holds))
    problems.push(invalidValue(at, value, `${shown(at)} must validate at least one schema (anyOf)`))
  if (schema.oneOf && schema.oneOf.filter(holds).length !== 1)
    problems.push(invalidValue(at, value, `${shown(at)} must validate one and only one schema (oneOf)`))
  if (schema.not && holds(schema.not))
    problems.push(invalidValue(at, value, `${shown(at)} must not validate the schema (not)`))
  return problems
}

const isOpen = (schema: Schema) =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const nameOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value

function isOf(type: NonNullable<Schema['type']>, value: unknown) {
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  return typeof value === type
}

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b)
const join = (at: string, name: string) => (at ? `${at}.${name}` : name)
const shown = (at: string) => (at ? `${at} in body` : 'body')
const mustBe = (at: string, type: string | undefined) => `${shown(at)} must be of type ${type ?? 'object'}`

const expressions = new Map<string, RegExp>()
function expression(pattern: string) {
  const made = expressions.get(pattern) ?? new RegExp(pattern, 'u')
  expressions.set(pattern, made)
  return made
}
