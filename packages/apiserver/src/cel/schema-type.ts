import type { Schema } from '@sampan/resources/define'
import { bool, double, dyn, int, list, map, string, type Type } from './types.ts'
import { durationFrom, dynamic, JsonMap, List, type ListKind, timestampFrom, type Value } from './values.ts'

/** What a request can hold at most, bytes. */
const maxRequest = 3 << 20

/** A type as a schema declares it, and the fewest bytes a value of it takes. */
interface Declared {
  type: Type
  least: number
}

/**
 * How expressions see values of a schema; undefined for what they do not see: where the schema says nothing. `isRoot`:
 * apiVersion, kind and the names in metadata are there whatever the schema says.
 */
export const typeOfSchema = (schema: Schema, isRoot = false): Type | undefined => declared(schema, isRoot)?.type

let count = 0

function declared(schema: Schema, isRoot = schema['x-kubernetes-embedded-resource'] === true): Declared | undefined {
  if (schema['x-kubernetes-int-or-string'])
    return { type: { ...dyn, max: schema.maxLength === undefined ? maxRequest - 2 : schema.maxLength * 4 }, least: 1 }
  const all = isRoot ? withMetadata(schema) : schema
  switch (all.type) {
    case 'array': {
      const items = all.items && declared(all.items)
      if (!items) return undefined
      return { type: list(items.type, all.maxItems ?? Math.floor((maxRequest - 2) / (items.least + 1))), least: 2 }
    }
    case 'object':
      return objectType(all)
    case 'string':
      return textType(all)
    case 'boolean':
      return { type: bool, least: 4 }
    case 'number':
      return { type: double, least: 1 }
    case 'integer':
      return { type: int, least: 1 }
    default:
      return undefined
  }
}

function objectType(schema: Schema): Declared | undefined {
  const { properties = {}, additionalProperties, required = [] } = schema
  if (typeof additionalProperties === 'object') {
    const values = declared(additionalProperties)
    if (!values) return undefined
    const max = schema.maxProperties ?? Math.floor((maxRequest - 2) / (values.least + 6))
    return { type: map({ ...string, max: maxRequest }, values.type, max), least: 2 }
  }
  const found = new Map<string, Type | undefined>()
  // Members are looked up when an expression names them: schemas of built-in kinds may contain themselves.
  const field = (escaped: string): Type | undefined => {
    if (found.has(escaped)) return found.get(escaped)
    const name = unescapedName(escaped)
    const property = escapedName(name) === escaped && Object.hasOwn(properties, name) ? properties[name] : undefined
    const type = property && declared(property)?.type
    found.set(escaped, type)
    return type
  }
  const least = required.reduce((sum, name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    return property && property.default === undefined ? sum + name.length + 4 + (declared(property)?.least ?? 0) : sum
  }, 2)
  return { type: { kind: 'struct', name: `selfType${++count}`, field }, least }
}

const formats: Record<string, { type: Type; least: number; max: number }> = {
  __proto__: null as never,
  duration: { type: { kind: 'duration' }, least: 5, max: 32 },
  date: { type: { kind: 'timestamp' }, least: 12, max: 12 },
  'date-time': { type: { kind: 'timestamp' }, least: 21, max: 37 },
}

function textType({ format, maxLength, enum: values }: Schema): Declared {
  const known = format === undefined ? undefined : formats[format]
  if (known) return { type: { ...known.type, max: known.max }, least: known.least }
  if (format === 'byte') return { type: { kind: 'bytes', max: maxLength ?? maxRequest - 2 }, least: 2 }
  const longest = values?.length ? Math.max(...values.map((one) => String(one).length)) : maxRequest - 2
  return { type: { kind: 'string', max: maxLength === undefined ? longest : maxLength * 4 }, least: 2 }
}

const text: Schema = { type: 'string' }

/** The schema of a whole resource, with what every one has. */
function withMetadata(schema: Schema): Schema {
  const metadata: Schema = { type: 'object', properties: { name: text, generateName: text } }
  return { ...schema, type: 'object', properties: { ...schema.properties, kind: text, apiVersion: text, metadata } }
}

/** Words that cannot be written after a dot upstream. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** `a-b` → `a__dash__b`, `namespace` → `__namespace__`; undefined for names that expressions cannot write at all. */
export function escapedName(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined
  if (reserved.has(name)) return `__${name}__`
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

/** What was escaped. */
export function unescapedName(name: string): string {
  const word = /^__([a-z]+)__$/.exec(name)?.[1]
  if (word && reserved.has(word)) return word
  return name.replace(/__(underscores|dot|dash|slash)__/g, (_, sign: string) => signs[sign]!)
}

const signs: Record<string, string> = { underscores: '__', dot: '.', dash: '-', slash: '/' }

/** A value of a schema as expressions see it. */
export function valueOfSchema(raw: unknown, schema: Schema | undefined, isRoot = false): Value {
  if (raw === null || raw === undefined) return null
  if (!schema || schema['x-kubernetes-int-or-string']) return dynamic(raw)
  if (Array.isArray(raw)) return new List(raw, (one) => valueOfSchema(one, schema.items), listKindOf(schema))
  if (typeof raw === 'object')
    return objectValue(raw, schema, isRoot || schema['x-kubernetes-embedded-resource'] === true)
  if (typeof raw === 'number') {
    if (schema.type === 'number') return raw
    return Number.isInteger(raw) ? BigInt(raw) : raw
  }
  return typeof raw === 'string' ? textValue(raw, schema.format) : (raw as boolean)
}

function objectValue(raw: object, schema: Schema, isRoot: boolean): Value {
  const { additionalProperties, properties = {} } = isRoot ? withMetadata(schema) : schema
  if (typeof additionalProperties === 'object')
    return new JsonMap(raw, (one) => valueOfSchema(one, additionalProperties))
  const convert = (one: unknown, key: string) =>
    valueOfSchema(one, Object.hasOwn(properties, key) ? properties[key] : undefined)
  return new JsonMap(raw, convert, { typeName: 'object', memberName: unescapedName })
}

function textValue(text: string, format: string | undefined): Value {
  if (format === 'byte') return new Uint8Array(Buffer.from(text, 'base64'))
  if (format === 'date') return timestampFrom(`${text}T00:00:00Z`) ?? text
  if (format === 'date-time') return timestampFrom(text) ?? text
  if (format === 'duration') return durationFrom(text) ?? text
  return text
}

function listKindOf(schema: Schema): ListKind | undefined {
  const kind = schema['x-kubernetes-list-type']
  if (kind !== 'set' && kind !== 'map') return undefined
  return { type: kind, keys: schema['x-kubernetes-list-map-keys'] ?? [] }
}

/** How often a rule inside of this list or map can run at most. */
export function mostElements(schema: Schema): number {
  const type = typeOfSchema(schema)
  if (type?.max !== undefined) return type.max
  return schema.type === 'array' ? (schema.maxItems ?? maxRequest) : (schema.maxProperties ?? maxRequest)
}
