import type { Schema } from '@sampan/resources/define'

type Members = Record<string, unknown>

/**
 * Removes the members a custom kind's schema does not know, in place, and answers their paths. Where a schema says
 * nothing about members nothing is known. apiVersion, kind and metadata are always known at the root.
 */
export function prune(schema: Schema, object: object): string[] {
  const unknown: string[] = []
  const root = object as Members
  const rest = Object.fromEntries(Object.entries(root).filter(([key]) => !always.has(key)))
  walk({ ...schema, type: 'object' }, rest, '', unknown)
  for (const key of Object.keys(root)) if (!always.has(key) && !Object.hasOwn(rest, key)) delete root[key]
  return unknown
}

const always = new Set(['apiVersion', 'kind', 'metadata'])

function walk(schema: Schema, value: unknown, at: string, unknown: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const { items } = schema
    if (items)
      value.forEach((one, index) => {
        walk(items, one, `${at}[${index}]`, unknown)
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
    if (known) walk(known, members[key], path, unknown)
    else if (typeof additionalProperties === 'object') walk(additionalProperties, members[key], path, unknown)
    else if (!keepsUnknown && !(isEmbedded && always.has(key)) && (properties || schema.type === 'object')) {
      unknown.push(path)
      delete members[key]
    }
  }
}
