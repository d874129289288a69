import type { Schema } from '@sampan/resources/define'

const known = new WeakMap<Schema, boolean>()

/** Whether a schema has `x-kubernetes-validations` anywhere: only then the evaluator is loaded. */
export function hasRules(schema: Schema): boolean {
  let found = known.get(schema)
  if (found === undefined) {
    found = look(schema)
    known.set(schema, found)
  }
  return found
}

function look(schema: Schema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true
  const { properties, items, additionalProperties, allOf } = schema
  return (
    Object.values(properties ?? {}).some(hasRules) ||
    (items !== undefined && hasRules(items)) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    (allOf ?? []).some(hasRules)
  )
}
