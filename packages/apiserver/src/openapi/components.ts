import type { Schema } from '@sampan/resources/define'
import { descriptionsOf, packageOf, storedPackage } from '@sampan/resources/schemas'
import type { Served } from '../served.ts'

type Stored = Schema & { $ref?: string }

/** How a document refers to its parts: `#/components/schemas/` (v3) or `#/definitions/` (v2). */
export interface Dialect {
  prefix: string
  /** v3 may say something about a reference (`allOf`); v2 tools read siblings. */
  wraps: boolean
}

export const v3: Dialect = { prefix: '#/components/schemas/', wraps: true }
export const v2: Dialect = { prefix: '#/definitions/', wraps: false }

/** `io.k8s.api.apps.v1.Deployment`; custom kinds: their group backwards, `dev.sampan.v1.App`. */
export const componentName = ({ definition, custom }: Served): string => {
  const { group, version, kind } = definition
  return custom
    ? `${group.split('.').toReversed().join('.')}.${version}.${kind}`
    : `${packageOf(group, version)}.${kind}`
}

/** All schemas the kinds need, with descriptions, as a document prints them. Nothing is kept: documents are rare. */
export function componentsOf(kinds: readonly Served[], dialect: Dialect): Record<string, unknown> {
  const packages = new Map<string, { stored: Record<string, Stored>; texts: Record<string, Record<string, string>> }>()
  const open = (name: string) => {
    let one = packages.get(name)
    if (!one) {
      const stored = storedPackage(name)
      one = { stored: stored ?? {}, texts: stored ? descriptionsOf(name) : {} }
      packages.set(name, one)
    }
    return one
  }
  const components: Record<string, unknown> = {}
  const waiting: string[] = []
  const want = (name: string) => {
    if (name in components) return
    components[name] = {}
    waiting.push(name)
  }
  for (const served of kinds) {
    const name = componentName(served)
    if (served.custom) components[name] = customComponent(served, dialect, want)
    else want(name)
    const gvk = kindOf(served)
    components[`${name}List`] = {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: ref(`${metaPackage}.ListMeta`, dialect, want),
        items: { type: 'array', items: ref(name, dialect, want) },
      },
      'x-kubernetes-group-version-kind': [{ ...gvk, kind: `${gvk.kind}List` }],
    }
  }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const dot = name.lastIndexOf('.')
    const { stored, texts } = open(name.slice(0, dot))
    const short = name.slice(dot + 1)
    const schema = stored[short]
    if (!schema) continue
    const own = texts[short] ?? {}
    components[name] = {
      ...(own[''] && { description: own[''] }),
      ...printed(schema, { dialect, want, texts: own }),
    }
  }
  for (const served of kinds)
    Object.assign(components[componentName(served)] as object, { 'x-kubernetes-group-version-kind': [kindOf(served)] })
  return components
}

export const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1'

export const kindOf = ({ definition: { group, version, kind } }: Served) => ({ group, version, kind })

function ref(name: string, { prefix }: Dialect, want: (name: string) => void) {
  want(name)
  return { $ref: `${prefix}${name}` }
}

interface Printing {
  dialect: Dialect
  want: (name: string) => void
  /** Descriptions of the fields one level down. */
  texts?: Record<string, string>
}

function printed(schema: Stored, { dialect, want, texts }: Printing): Record<string, unknown> {
  const { $ref, properties, items, additionalProperties, format, ...rest } = schema
  if ($ref) {
    const link = ref($ref, dialect, want)
    if (Object.keys(rest).length === 0) return link
    return dialect.wraps ? { allOf: [link], ...rest } : { ...link, ...rest }
  }
  if (rest['x-kubernetes-int-or-string'])
    return dialect.wraps
      ? { ...rest, 'x-kubernetes-int-or-string': true, oneOf: [{ type: 'integer' }, { type: 'string' }] }
      : { type: 'string', format: 'int-or-string' }
  if (format === 'quantity')
    return dialect.wraps ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' }
  const inner = { dialect, want }
  return {
    ...rest,
    ...(format && { format }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, one]) => [key, described(printed(one, inner), texts?.[key], dialect)]),
      ),
    }),
    ...(items && { items: printed(items, inner) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? printed(additionalProperties, inner) : additionalProperties,
    }),
  }
}

function described(schema: Record<string, unknown>, text: string | undefined, { wraps }: Dialect) {
  if (!text) return schema
  if ('$ref' in schema && wraps) return { description: text, allOf: [schema] }
  return { description: text, ...schema }
}

/** A custom kind's schema, with the fields every object has. */
function customComponent({ definition, schema }: Served, dialect: Dialect, want: (name: string) => void) {
  const own = (schema() ?? { type: 'object' }) as Schema
  const isOpen = own['x-kubernetes-preserve-unknown-fields'] === true && !own.properties
  return {
    ...own,
    ...(!isOpen && {
      properties: {
        apiVersion: {
          type: 'string',
          description: 'APIVersion defines the versioned schema of this representation of an object.',
        },
        kind: {
          type: 'string',
          description: 'Kind is a string value representing the REST resource this object represents.',
        },
        metadata: {
          description: "Standard object's metadata.",
          ...(dialect.wraps
            ? { allOf: [ref(`${metaPackage}.ObjectMeta`, dialect, want)] }
            : ref(`${metaPackage}.ObjectMeta`, dialect, want)),
        },
        ...without(own.properties ?? {}),
      },
    }),
    'x-kubernetes-group-version-kind': [kindOf({ definition } as Served)],
  }
}

function without(properties: Readonly<Record<string, Schema>>) {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = properties
  return rest
}
