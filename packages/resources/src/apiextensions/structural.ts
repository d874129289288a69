import type { Problems } from '../check.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../problem.ts'

/** One level of an OpenAPI v3 schema as clients write it. */
export interface Props {
  type?: string
  properties?: Record<string, Props>
  additionalProperties?: Props | boolean
  items?: Props
  allOf?: Props[]
  anyOf?: Props[]
  oneOf?: Props[]
  not?: Props
  nullable?: boolean
  description?: string
  default?: unknown
  required?: string[]
  uniqueItems?: boolean
  $ref?: string
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: string
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/**
 * Whether a schema is structural: every level says its type, once and outside of `allOf`/`anyOf`/`oneOf`/`not`, and
 * objects are either of fields or maps. Only such schemas can be pruned, defaulted and merged.
 */
export function* structuralProblems(at: string, schema: Props): Problems {
  if (schema.type !== 'object')
    yield schema.type
      ? invalidValue(`${at}.type`, schema.type, 'must be object at the root')
      : required(`${at}.type`, 'must not be empty at the root')
  yield* levelProblems(at, schema, true)
}

function* levelProblems(at: string, schema: Props, isRoot = false): Problems {
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema.$ref) yield forbiddenField(`${at}.$ref`, '$ref is not supported')
  if (schema.uniqueItems)
    yield forbiddenField(
      `${at}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    )
  if (schema.type && !types.includes(schema.type)) yield notSupported(`${at}.type`, schema.type, types)
  if (!schema.type && !isIntOrString && !keepsUnknown && !isRoot)
    yield required(`${at}.type`, 'must not be empty for specified object fields')
  if (isIntOrString && schema.type)
    yield invalidValue(`${at}.type`, schema.type, 'must be empty if x-kubernetes-int-or-string is true')
  if (schema.properties && schema.additionalProperties !== undefined)
    yield forbiddenField(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
  if (schema.additionalProperties === false)
    yield forbiddenField(`${at}.additionalProperties`, 'additionalProperties cannot be set to false')
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    yield invalidValue(`${at}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')
  if (schema['x-kubernetes-embedded-resource'] && schema.type !== 'object')
    yield invalidValue(`${at}.type`, schema.type ?? '', 'must be object if x-kubernetes-embedded-resource is true')
  if (schema.type === 'array') {
    if (!schema.items) yield required(`${at}.items`, 'must be specified')
    yield* listProblems(at, schema)
  }
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (isRoot && key === 'metadata') yield* metadataProblems(`${at}.properties[metadata]`, child)
    else yield* levelProblems(`${at}.properties[${key}]`, child)
  }
  if (typeof schema.additionalProperties === 'object')
    yield* levelProblems(`${at}.additionalProperties`, schema.additionalProperties)
  if (schema.items) yield* levelProblems(`${at}.items`, schema.items)
  for (const kind of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [index, one] of (schema[kind] ?? []).entries())
      yield* valueOnly(`${at}.${kind}[${index}]`, one, isIntOrString)
  if (schema.not) yield* valueOnly(`${at}.not`, schema.not, false)
}

/** `metadata` of the object itself: only its name may be restricted. */
function* metadataProblems(at: string, schema: Props): Problems {
  for (const key of Object.keys(schema.properties ?? {}))
    if (key !== 'name' && key !== 'generateName')
      yield forbiddenField(
        `${at}.properties[${key}]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      )
}

function* listProblems(at: string, schema: Props): Problems {
  const kind = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (kind !== undefined && !['atomic', 'map', 'set'].includes(kind))
    yield notSupported(`${at}.x-kubernetes-list-type`, kind, ['atomic', 'map', 'set'])
  if (kind !== 'map') {
    if (keys.length > 0)
      yield invalidValue(
        `${at}.x-kubernetes-list-type`,
        kind ?? '',
        'must be map if x-kubernetes-list-map-keys is non-empty',
      )
    return
  }
  if (keys.length === 0)
    yield required(`${at}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')
  if (schema.items?.type !== 'object')
    yield invalidValue(
      `${at}.items.type`,
      schema.items?.type ?? '',
      "must be object if parent array's x-kubernetes-list-type is map",
    )
  for (const key of keys) {
    const field = schema.items?.properties?.[key]
    if (!field)
      yield invalidValue(`${at}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties')
    else if (!schema.items?.required?.includes(key) && field.default === undefined)
      yield required(
        `${at}.items.properties[${key}].default`,
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      )
  }
}

const structure = [
  'type',
  'default',
  'nullable',
  'description',
  'additionalProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
] as const

/** Inside of `allOf` and its like only values are restricted; the structure has been said. */
function* valueOnly(at: string, schema: Props, isIntOrString: boolean): Problems {
  for (const field of structure) {
    if (schema[field] === undefined) continue
    if (field === 'type' && isIntOrString && (schema.type === 'integer' || schema.type === 'string')) continue
    yield forbiddenField(`${at}.${field}`, 'must be empty to be structural')
  }
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    yield* valueOnly(`${at}.properties[${key}]`, child, false)
  if (schema.items) yield* valueOnly(`${at}.items`, schema.items, false)
  for (const kind of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [index, one] of (schema[kind] ?? []).entries())
      yield* valueOnly(`${at}.${kind}[${index}]`, one, isIntOrString)
  if (schema.not) yield* valueOnly(`${at}.not`, schema.not, false)
}
