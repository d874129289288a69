import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { Schema } from './define.ts'

/**
 * Structural schemas of the built-in kinds, read from `generated/` when first asked for, one package at a time.
 *
 * References are already followed: a property that is a struct *is* that struct's schema, the same object wherever it is
 * used, so a schema is walked along with a value and never printed (JSONSchemaProps contains itself). Besides what
 * `Schema` says: `format: 'quantity'` is text or a number, `'x-kubernetes-int-or-string'` either of both. `required` is
 * for documents: upstream decodes without it and leaves the refusal to validation.
 */
type Stored = Schema & { $ref?: string }

const folder = new URL('./generated/schemas/', import.meta.url)
const packages = new Map<string, Record<string, Schema>>()
const names = new WeakMap<Schema, string>()

/** API group → package in definition names. */
const unusual: Record<string, string> = {
  '': 'io.k8s.api.core',
  'rbac.authorization.k8s.io': 'io.k8s.api.rbac',
  'flowcontrol.apiserver.k8s.io': 'io.k8s.api.flowcontrol',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
}

export const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** `apps`, `v1` → `io.k8s.api.apps.v1`. */
export const packageOf = (group: string, version: string): string =>
  `${unusual[group] ?? `io.k8s.api.${group.replace(/\.k8s\.io$/, '')}`}.${version}`

/** The schema of a built-in kind; undefined for kinds that are not built in. */
export function schemaOf(group: string, version: string, kind: string): Schema | undefined {
  const name = `${packageOf(group, version)}.${kind}`
  return known(packageOf(group, version)) ? definition(name) : undefined
}

/** The schema by its full name, as `io.k8s.api.core.v1.PodSpec`. */
export function definition(name: string): Schema | undefined {
  const dot = name.lastIndexOf('.')
  return known(name.slice(0, dot)) ? loaded(name.slice(0, dot))[name.slice(dot + 1)] : undefined
}

/** `io.k8s.api.core.v1.PodSpec` for a schema of a struct; undefined for the schemas of its fields. */
export const nameOf = (schema: Schema): string | undefined => names.get(schema)

/** `metadata` of every object, custom ones too. */
export const objectMetaSchema = (): Schema => definition(`${metaPackage}.ObjectMeta`)!

const known = (name: string) => /^[a-z0-9.-]+\.v\d+$/.test(name) && (packages.has(name) || stored(name) !== undefined)

const files = new Map<string, Record<string, Stored> | undefined>()

function stored(name: string): Record<string, Stored> | undefined {
  if (!files.has(name)) files.set(name, read(name))
  return files.get(name)
}

function read(name: string): Record<string, Stored> | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Record<string, Stored>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Empty schemas first, so that structs that contain each other find one another; then they are filled. */
function loaded(name: string): Record<string, Schema> {
  const ready = packages.get(name)
  if (ready) return ready
  const source = stored(name)
  if (!source) throw new Error(`no schemas of ${name}`)
  const made: Record<string, Schema> = {}
  packages.set(name, made)
  for (const short of Object.keys(source)) {
    made[short] = {}
    names.set(made[short], `${name}.${short}`)
  }
  loading++
  for (const [short, from] of Object.entries(source)) Object.assign(made[short]!, linked(from))
  loading--
  if (loading === 0) {
    for (const fill of unfilled) fill()
    unfilled = []
  }
  files.delete(name)
  return made
}

function linked(from: Stored): Schema {
  const { $ref, ...rest } = from
  const target = $ref ? definition($ref) : undefined
  if ($ref && !target) throw new Error(`no schema ${$ref}`)
  if (target) return Object.keys(rest).length > 0 ? over(target, rest) : target
  if (!rest.properties && !rest.items && !rest.additionalProperties) return shared(rest)
  return {
    ...rest,
    ...(rest.properties && {
      properties: Object.fromEntries(Object.entries(rest.properties).map(([key, one]) => [key, linked(one)])),
    }),
    ...(rest.items && { items: linked(rest.items) }),
    ...(typeof rest.additionalProperties === 'object' && { additionalProperties: linked(rest.additionalProperties) }),
  }
}

/** Fields that are structs with something said about them: filled when all structs are, for they contain each other. */
let unfilled: (() => void)[] = []
let loading = 0

/** A struct with something said about the field that holds it. */
function over(target: Schema, more: Schema): Schema {
  const field: Schema = {}
  unfilled.push(() => Object.assign(field, target, more))
  return field
}

const leaves = new Map<string, Schema>()

/** `{type: 'string'}` is needed some thousand times: once is enough. */
function shared(leaf: Schema): Schema {
  const key = JSON.stringify(leaf)
  const known = leaves.get(key)
  if (known) return known
  leaves.set(key, leaf)
  return leaf
}

export interface PatchMeta {
  /** How a strategic merge patch treats a list: by key, as a set of values, or as one value. */
  list?: 'merge' | 'replace'
  mergeKey?: string
  /** Keys that the patch does not name go (`retainKeys` in `$retainKeys`). */
  retainsKeys: boolean
  /** A map that is replaced instead of merged. */
  replaces: boolean
}

/** What strategic merge patch has to know about one field, from the schema of that field. */
export function patchMetaOf(field: Schema): PatchMeta {
  const strategies = field['x-kubernetes-patch-strategy']?.split(',') ?? []
  const mergeKey = field['x-kubernetes-patch-merge-key']
  return {
    ...(field.type === 'array' && { list: strategies.includes('merge') ? ('merge' as const) : ('replace' as const) }),
    ...(mergeKey && { mergeKey }),
    retainsKeys: strategies.includes('retainKeys'),
    replaces: strategies.includes('replace'),
  }
}

export interface MergeMeta {
  list?: 'atomic' | 'set' | 'map'
  /** With `list: 'map'`: what names an item. A key that is absent counts as its `defaults` value. */
  keys?: readonly string[]
  defaults?: Readonly<Record<string, unknown>>
  isAtomic: boolean
}

/** What server-side apply has to know about one field. Works for custom resources' schemas too. */
export function mergeMetaOf(field: Schema): MergeMeta {
  if (field.type === 'array' || field.items) {
    const list = field['x-kubernetes-list-type'] ?? 'atomic'
    if (list !== 'map') return { list, isAtomic: list === 'atomic' }
    const keys = field['x-kubernetes-list-map-keys'] ?? []
    const fallback = keys.flatMap((key) => {
      const value = field.items?.properties?.[key]?.default
      return value === undefined ? [] : [[key, value] as const]
    })
    return { list, keys, defaults: Object.fromEntries(fallback), isAtomic: false }
  }
  return { isAtomic: field['x-kubernetes-map-type'] === 'atomic' }
}

/** The schema one step down: of a property, of a map's values, or of a list's items (any key); undefined when unknown. */
export function childOf(schema: Schema | undefined, key: string): Schema | undefined {
  if (!schema) return undefined
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
  return schema.items
}

/** A package as it is stored (references by name), for documents: nothing of it is kept. */
export const storedPackage = (name: string): Record<string, Stored> | undefined => read(name)

/** What a package's structs (`''`) and their fields are for. Decompressed each time: only documents ask. */
export function descriptionsOf(name: string): Record<string, Record<string, string>> {
  const bytes = readFileSync(new URL(`${name}.descriptions.json.br`, folder))
  return JSON.parse(brotliDecompressSync(bytes).toString())
}
