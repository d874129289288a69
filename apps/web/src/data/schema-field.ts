import type { Schema } from '@sampan/resources/define'

/** A schema as OpenAPI v3 documents of Kubernetes have it: parts by reference. */
export type OpenSchema = Omit<Schema, 'properties' | 'items' | 'additionalProperties' | 'allOf'> & {
  $ref?: string
  properties?: Record<string, OpenSchema>
  items?: OpenSchema
  additionalProperties?: OpenSchema | boolean
  allOf?: readonly OpenSchema[]
}

export type Path = readonly (string | number)[]

/** The schema of a kind and the parts it refers to. */
export interface KindSchema {
  root: OpenSchema
  parts: Readonly<Record<string, OpenSchema>>
}

/** What a schema says once references are followed; words beside a reference stand before those behind it. */
export function resolved({ parts }: KindSchema, schema: OpenSchema): OpenSchema {
  let now = schema
  for (let depth = 0; depth < 20; depth++) {
    const [only, ...others] = now.allOf ?? []
    const reference = now.$ref ?? (others.length === 0 ? only?.$ref : undefined)
    if (!reference) return only && others.length === 0 ? { ...only, ...now, allOf: undefined } : now
    const { $ref: _, allOf: __, ...own } = now
    const target = parts[reference.slice(reference.lastIndexOf('/') + 1)]
    if (!target) return own
    now = { ...target, ...own }
  }
  return now
}

/** The schema of a field; undefined where nothing is known of it. Inside what may hold anything, nothing is. */
export function fieldAt(source: KindSchema, path: Path): OpenSchema | undefined {
  let now: OpenSchema | undefined = resolved(source, source.root)
  for (const step of path) {
    const next: OpenSchema | undefined =
      typeof step === 'number'
        ? now.items
        : (now.properties?.[step] ??
          (typeof now.additionalProperties === 'object' ? now.additionalProperties : undefined))
    if (!next) return undefined
    now = resolved(source, next)
  }
  return now
}

export const isOpen = (schema: OpenSchema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true ||
  schema.additionalProperties === true ||
  schema['x-kubernetes-embedded-resource'] === true ||
  (schema.type === 'object' && !schema.properties && schema.additionalProperties === undefined)

/** `string`, `[]object`, `map of string`, `int or string`. */
export function typeText(source: KindSchema, schema: OpenSchema): string {
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') return 'int | string'
  if (schema.type === 'array') return `${schema.items ? typeText(source, resolved(source, schema.items)) : ''}[]`
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${typeText(source, resolved(source, schema.additionalProperties))}`
  if (schema.type) return schema.type
  return schema.oneOf?.map(({ type }) => type ?? '').join(' | ') || 'object'
}
