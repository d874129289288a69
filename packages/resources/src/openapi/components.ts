import type { Definition, Schema } from '../define.ts'
import { descriptionsOf, metaPackage, packageOf, storedPackage } from '../schemas.ts'
import type { Names } from './operations.ts'

/** A schema as a document prints it: references by full name under `$ref`, left to the caller to turn into links. */
export type Printed = Record<string, unknown> & { $ref?: string }

const special = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'date-time': `${metaPackage}.Time`,
  'date-time-micro': `${metaPackage}.MicroTime`,
} as const

const specialSchemas: Record<string, Printed> = {
  [special.quantity]: {
    description: 'A number with a suffix: 250m, 1.5Gi, 2e3.',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  },
  [special.intOrString]: {
    description: 'A whole number or text.',
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  [special['date-time']]: { description: 'RFC 3339, whole seconds.', format: 'date-time', type: 'string' },
  [special['date-time-micro']]: { description: 'RFC 3339 with microseconds.', format: 'date-time', type: 'string' },
}

/** Names of the definitions of a kind, built in or custom. */
export function namesOf(definition: Definition): Names {
  const { group, version, kind, schema } = definition
  const home = schema ? `${group.split('.').reverse().join('.')}.${version}` : packageOf(group, version)
  return {
    own: `${home}.${kind}`,
    list: `${home}.${kind}List`,
    status: `${metaPackage}.Status`,
    deleteOptions: `${metaPackage}.DeleteOptions`,
    scale: 'io.k8s.api.autoscaling.v1.Scale',
  }
}

/**
 * Everything that `names` lead to, printed with descriptions, by full name. Custom kinds among `definitions` come from
 * their own schemas.
 */
export function componentsOf(definitions: readonly Definition[], names: readonly string[]): Record<string, Printed> {
  const own = new Map<string, () => Printed>()
  for (const definition of definitions) {
    const { own: name, list } = namesOf(definition)
    if (definition.schema) {
      own.set(name, () => customKind(definition))
      own.set(list, () => listOf(definition, name))
    }
  }
  const kinds = gvksOf(definitions)
  const sources: Sources = new Map()
  const made: Record<string, Printed> = {}
  const queue = [...names]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name in made) continue
    const printed = specialSchemas[name] ?? own.get(name)?.() ?? builtIn(name, sources)
    if (!printed) continue
    const gvks = kinds.get(name)
    made[name] = gvks ? { ...printed, 'x-kubernetes-group-version-kind': gvks } : printed
    queue.push(...referencesIn(made[name]))
  }
  return Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function builtIn(name: string, sources: Sources): Printed | undefined {
  const [home, short] = split(name)
  const source = sourceOf(home, sources)
  const schema = source?.schemas[short]
  if (!source || !schema) return undefined
  const texts = source.texts[short] ?? {}
  const printed = print(schema)
  for (const [key, property] of Object.entries((printed.properties ?? {}) as Record<string, Printed>)) {
    const held = (property.items ?? property.additionalProperties) as Printed | undefined
    if (held?.$ref) held.description = aboutStruct(held.$ref, sources)
    const text = texts[key] ?? (property.$ref && aboutStruct(property.$ref, sources))
    if (text) property.description = text
  }
  // The models say nothing about fields that hold a struct, so the struct's own text stands at the field; at the struct
  // too it would show twice.
  return isKind(schema) && texts[''] ? { description: texts[''], ...printed } : printed
}

interface Source {
  schemas: Record<string, Schema>
  texts: Record<string, Record<string, string>>
}
type Sources = Map<string, Source>

const split = (name: string): [string, string] => [
  name.slice(0, name.lastIndexOf('.')),
  name.slice(name.lastIndexOf('.') + 1),
]

function sourceOf(home: string, sources: Sources): Source | undefined {
  const known = sources.get(home)
  if (known) return known
  const schemas = storedPackage(home)
  if (!schemas) return undefined
  const source = { schemas, texts: descriptionsOf(home) }
  sources.set(home, source)
  return source
}

const isKind = ({ properties }: Schema) => properties?.kind !== undefined && properties.apiVersion !== undefined

function aboutStruct(name: string, sources: Sources): string | undefined {
  const [home, short] = split(name)
  return name in specialSchemas ? undefined : sourceOf(home, sources)?.texts[short]?.['']
}

function print(schema: Schema & { $ref?: string }): Printed {
  if (schema['x-kubernetes-int-or-string'] && !schema.type) return { $ref: special.intOrString }
  const known = special[schema.format as keyof typeof special]
  if (known && schema.type === 'string') return { $ref: known }
  return {
    ...schema,
    ...(schema.properties && {
      properties: Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, print(one)])),
    }),
    ...(schema.items && { items: print(schema.items) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: print(schema.additionalProperties),
    }),
  }
}

let namespaceTexts: Record<string, string> | undefined

/** Custom kinds explain these as built-in ones do: a Namespace's texts. */
function typeMeta() {
  namespaceTexts ??= descriptionsOf(packageOf('', 'v1')).Namespace ?? {}
  const { apiVersion, kind } = namespaceTexts
  return { apiVersion: { type: 'string', description: apiVersion }, kind: { type: 'string', description: kind } }
}

function customKind({ schema }: Definition): Printed {
  const { properties, ...rest } = schema!
  return {
    ...rest,
    type: 'object',
    properties: {
      ...typeMeta(),
      ...properties,
      metadata: { $ref: `${metaPackage}.ObjectMeta`, description: "Standard object's metadata." },
    },
  }
}

const listOf = ({ kind }: Definition, name: string): Printed => ({
  description: `${kind}List is a list of ${kind}`,
  type: 'object',
  required: ['items'],
  properties: {
    ...typeMeta(),
    items: { type: 'array', items: { $ref: name }, description: `List of ${kind}` },
    metadata: { $ref: `${metaPackage}.ListMeta`, description: 'Standard list metadata.' },
  },
})

/** Which definition is which kind: kubectl finds schemas by it. */
function gvksOf(definitions: readonly Definition[]): Map<string, { group: string; version: string; kind: string }[]> {
  const kinds = new Map<string, { group: string; version: string; kind: string }[]>()
  for (const definition of definitions) {
    const { group, version, kind } = definition
    const { own, list, scale } = namesOf(definition)
    kinds.set(own, [{ group, version, kind }])
    kinds.set(list, [{ group, version, kind: `${kind}List` }])
    if (definition.scale) kinds.set(scale, [{ group: 'autoscaling', version: 'v1', kind: 'Scale' }])
    kinds.set(`${metaPackage}.DeleteOptions`, [
      ...(kinds.get(`${metaPackage}.DeleteOptions`) ?? []).filter(
        (one) => one.group !== group || one.version !== version,
      ),
      { group, version, kind: 'DeleteOptions' },
    ])
  }
  kinds.set(`${metaPackage}.Status`, [{ group: '', version: 'v1', kind: 'Status' }])
  return kinds
}

export function* referencesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* referencesIn(one)
  else if (value && typeof value === 'object')
    for (const [key, one] of Object.entries(value))
      if (key === '$ref' && typeof one === 'string') yield one
      else yield* referencesIn(one)
}
