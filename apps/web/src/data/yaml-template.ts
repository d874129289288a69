import { type ApiKind, apiVersionOf } from './discovery.ts'
import { type KindSchema, type OpenSchema, resolved } from './schema-field.ts'
import { yamlOf } from './yaml-text.ts'

/** The least an object of a kind is: what has to be there, as far down as its schema demands it. */
export function templateOf(kind: Pick<ApiKind, 'group' | 'version' | 'kind'>, schema?: KindSchema): string {
  const spec = schema?.root.properties?.spec && required(schema, schema.root.properties.spec)
  return yamlOf({
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name: 'example' },
    ...(spec !== undefined && { spec }),
  })
}

const labels = { app: 'example' }

/** Parts that schemas leave open and nothing works without: what they usually hold. */
function usualOf({ properties = {} }: OpenSchema): unknown {
  const has = (...names: string[]) => names.every((name) => Object.hasOwn(properties, name))
  if (has('matchLabels', 'matchExpressions')) return { matchLabels: labels }
  if (has('metadata', 'spec') && !has('kind')) return { metadata: { labels }, spec: podSpec }
  if (has('containers', 'restartPolicy')) return podSpec
  return undefined
}

const podSpec = { containers: [{ name: 'example', image: 'example' }] }

function required(source: KindSchema, raw: OpenSchema, depth = 0): unknown {
  const field = resolved(source, raw)
  if (field.default !== undefined) return field.default
  const usual = usualOf(field)
  if (usual) return usual
  if (field.enum?.length) return field.enum[0]
  if (field.type === 'array') return field.items && depth < 6 ? [required(source, field.items, depth + 1)] : []
  if (field.type === 'integer' || field.type === 'number') return field.minimum ?? 1
  if (field.type === 'boolean') return false
  if (field.type === 'object' || field.properties) {
    const wanted = depth < 6 ? (field.required ?? []) : []
    return Object.fromEntries(wanted.map((name) => [name, required(source, field.properties?.[name] ?? {}, depth + 1)]))
  }
  return field.type === 'string' ? 'example' : {}
}
