import type { Schema } from '@sampan/resources/define'

type Members = Record<string, unknown>

/**
 * Removes the members `schema` does not know, in place, and answers their paths. At the root of an object apiVersion,
 * kind and metadata are always known. Where a schema says nothing about members (no properties), everything is kept for
 * built-in kinds and nothing for custom ones.
 */
export function prune(schema: Schema, object: object, isCustom: boolean): string[] {
  const unknown: string[] = []
  const root = object as Members
  const rest = Object.fromEntries(Object.entries(root).filter(([key]) => !always.has(key)))
  walk({ ...schema, properties: schema.properties ?? {} }, rest, '', { isCustom, unknown })
  for (const key of Object.keys(root)) if (!always.has(key) && !Object.hasOwn(rest, key)) delete root[key]
  const metadata = schema.properties?.metadata
  if (!isCustom && metadata?.properties) walk(metadata, root.metadata, 'metadata', { isCustom, unknown })
  return unknown
}

const always = new Set(['apiVersion', 'kind', 'metadata'])

interface Walk {
  isCustom: boolean
  unknown: string[]
}

function walk(schema: Schema, value: unknown, at: string, state: Walk): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    if (schema.items)
      value.forEach((one, index) => {
        walk(schema.items!, one, `${at}[${index}]`, state)
      })
    return
  }
  const members = value as Members
  const { properties, additionalProperties } = schema
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  for (const key of Object.keys(members)) {
    const path = at ? `${at}.${key}` : key
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : undefined
    if (known) {
      if (!state.isCustom && members[key] === null) delete members[key]
      else walk(known, members[key], path, state)
    } else if (typeof additionalProperties === 'object') walk(additionalProperties, members[key], path, state)
    else if (
      !keepsUnknown &&
      !(isEmbedded && always.has(key)) &&
      (properties || (state.isCustom && schema.type === 'object'))
    ) {
      state.unknown.push(path)
      delete members[key]
    }
  }
}
