import type { Schema } from '@sampan/resources/define'

/** What a form shows of one property of a JSON schema. */
export interface Field {
  name: string
  kind: 'text' | 'long' | 'choice' | 'number' | 'switch' | 'map' | 'list' | 'group' | 'json'
  /** Said by the schema; the console's own texts of well-known fields go before. */
  title?: string
  help?: string
  isRequired: boolean
  schema: Schema
}

type Titled = Schema & { title?: string }

/** The fields of an object's schema in its order, those named in `hidden` left out. */
export const fieldsOf = ({ properties = {}, required = [] }: Schema, hidden: readonly string[] = []): Field[] =>
  Object.entries(properties as Record<string, Titled>)
    .filter(([name]) => !hidden.includes(name))
    .map(([name, schema]) => ({
      name,
      kind: kindOf(schema),
      ...(schema.title && { title: schema.title }),
      ...(schema.description && { help: schema.description }),
      isRequired: required.includes(name),
      schema,
    }))

function kindOf(schema: Schema): Field['kind'] {
  if (schema.enum) return 'choice'
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'switch'
    case 'array':
      return schema.items?.type === 'string' ? 'list' : 'json'
    case 'object':
      if (schema.properties) return 'group'
      return typeof schema.additionalProperties === 'object' && schema.additionalProperties.type === 'string'
        ? 'map'
        : 'json'
    case 'string':
      return schema.format === 'textarea' || (schema.maxLength ?? 0) > 200 ? 'long' : 'text'
    default:
      return 'text'
  }
}

/** `maxUploadSize` → `Max upload size`: for fields that nobody has given a title. */
export const titleFrom = (name: string): string => {
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The value with a field set; an emptied field is left out, so that its default holds. */
export function withField(value: Record<string, unknown>, name: string, next: unknown): Record<string, unknown> {
  const { [name]: _, ...rest } = value
  return next === undefined || next === '' ? rest : { ...rest, [name]: next }
}
