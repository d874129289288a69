import type { Said } from './action.ts'
import { isOpen, type KindSchema, type OpenSchema, type Path, resolved } from './schema-field.ts'

/** What a schema forbids of a value, and where. */
export interface FieldProblem {
  path: Path
  said: Said
  /** The key is wrong, not what it holds. */
  isKey?: boolean
}

const most = 100

/** What the schema of its kind forbids of an object. Only what can be told without the server; that decides. */
export function problemsIn(object: unknown, schema: KindSchema): FieldProblem[] {
  const found: FieldProblem[] = []
  look(object, schema.root, [])
  return found.slice(0, most)

  function look(value: unknown, raw: OpenSchema, path: Path) {
    if (found.length >= most) return
    const field = resolved(schema, raw)
    if (value === null || value === undefined) return
    if (field['x-kubernetes-int-or-string'] || field.format === 'int-or-string' || field.oneOf || field.anyOf) {
      if (
        typeof value === 'object' &&
        !field.properties &&
        !field.type &&
        field.oneOf?.every(({ type }) => type !== 'object' && type !== 'array')
      )
        tell(path, 'schema.type', { wanted: 'int | string' })
      return
    }
    if (Array.isArray(value)) {
      if (field.type && field.type !== 'array') return tell(path, 'schema.type', { wanted: field.type })
      for (const [i, item] of value.entries()) if (field.items) look(item, field.items, [...path, i])
    } else if (typeof value === 'object') lookAtObject(value as Record<string, unknown>, field, path)
    else lookAtScalar(value, field, path)
  }

  function lookAtObject(value: Record<string, unknown>, field: OpenSchema, path: Path) {
    if (field.type && field.type !== 'object') return tell(path, 'schema.type', { wanted: field.type })
    for (const name of field.required ?? [])
      if (value[name] === undefined || value[name] === null) tell(path, 'schema.required', { name })
    for (const [name, inner] of Object.entries(value)) {
      const own = field.properties?.[name]
      if (own) look(inner, own, [...path, name])
      else if (typeof field.additionalProperties === 'object') look(inner, field.additionalProperties, [...path, name])
      else if (!isOpen(field) && field.properties)
        found.push({ path: [...path, name], isKey: true, said: { key: 'schema.unknown', values: { name } } })
    }
  }

  function lookAtScalar(value: unknown, field: OpenSchema, path: Path) {
    const is = typeof value
    const fits =
      !field.type ||
      (field.type === 'string' && is === 'string') ||
      (field.type === 'boolean' && is === 'boolean') ||
      (field.type === 'number' && is === 'number') ||
      (field.type === 'integer' && Number.isInteger(value))
    if (!fits) return tell(path, 'schema.type', { wanted: field.type! })
    if (field.enum && !field.enum.includes(value) && value !== '')
      return tell(path, 'schema.enum', { values: field.enum.map(String).join(', ') })
    if (typeof value === 'number') {
      if (field.minimum !== undefined && value < field.minimum) tell(path, 'schema.minimum', { limit: field.minimum })
      if (field.maximum !== undefined && value > field.maximum) tell(path, 'schema.maximum', { limit: field.maximum })
    }
    if (typeof value === 'string') {
      if (field.minLength && value.length < field.minLength) tell(path, 'schema.minLength', { limit: field.minLength })
      if (field.maxLength !== undefined && value.length > field.maxLength)
        tell(path, 'schema.maxLength', { limit: field.maxLength })
      if (field.pattern && doesNotFit(value, field.pattern)) tell(path, 'schema.pattern', { pattern: field.pattern })
    }
  }

  function tell(path: Path, key: Said['key'], values: NonNullable<Said['values']>) {
    found.push({ path, said: { key, values } })
  }
}

/** Patterns are Go's; one a browser does not understand is left to the server. */
function doesNotFit(value: string, pattern: string): boolean {
  try {
    return !new RegExp(pattern, 'u').test(value)
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
