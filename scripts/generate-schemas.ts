/**
 * Writes packages/resources/src/generated/schemas/: structural schemas of the built-in kinds, made from the models of
 * `@kubernetes/client-node` (types, formats, required fields, descriptions; Apache-2.0), `protobuf.json` (which package a
 * type belongs to, which texts are quantities) and `schema-overlays.ts`. One JSON file per package, so that a server
 * loads what it is asked for; descriptions apart and compressed, because only documents need them.
 *
 *   node scripts/generate-schemas.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import type { Schema } from '../packages/resources/src/define.ts'
import { builtInKinds } from '../packages/resources/src/kinds.ts'
import { atomicStructs, fields as overlays } from './schema-overlays.ts'

export const folder = new URL('../packages/resources/src/generated/schemas/', import.meta.url)

/** `$ref` is the full name of a definition. */
export type Stored = Schema & { $ref?: string }
export type Package = Record<string, Stored>
/** Definition → its own description under `''`, those of its fields under their names. */
export type Descriptions = Record<string, Record<string, string>>

interface Attribute {
  name: string
  baseName: string
  type: string
  format: string
}
type Model = { attributeTypeMap: Attribute[] }

const require = createRequire(import.meta.url)
const models = join(dirname(require.resolve('@kubernetes/client-node')), 'gen', 'models')
const protobuf: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL('../packages/resources/src/generated/protobuf.json', import.meta.url), 'utf8'),
)

/** Types that no kind leads to, and that documents and subresources need. */
const extras = [
  'V1DeleteOptions',
  'V1Status',
  'V1Scale',
  'V1Eviction',
  'AuthenticationV1TokenRequest',
  'V1APIResourceList',
  'V1APIGroup',
  'V1APIGroupList',
  'V1APIVersions',
]

const scalars: Record<string, Stored> = {
  'string ': { type: 'string' },
  'string byte': { type: 'string', format: 'byte' },
  'boolean ': { type: 'boolean' },
  'number int32': { type: 'integer', format: 'int32' },
  'number int64': { type: 'integer', format: 'int64' },
  'number double': { type: 'number', format: 'double' },
  'Date date-time': { type: 'string', format: 'date-time' },
  'V1MicroTime date-time-micro': { type: 'string', format: 'date-time-micro' },
  'IntOrString int-or-string': { 'x-kubernetes-int-or-string': true },
  'any ': { 'x-kubernetes-preserve-unknown-fields': true },
}

/** Names that stand for any JSON object upstream (RawExtension, FieldsV1), not for a struct. */
const anyObject: Stored = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const objects = new Set([
  'ControllerRevision.data',
  'ManagedFieldsEntry.fieldsV1',
  'AllocatedDeviceStatus.data',
  'OpaqueDeviceConfiguration.parameters',
  'CustomResourceSubresources.status',
])

const kindModels = (): string[] =>
  builtInKinds.map(({ group, version, kind }) => {
    if (kind === 'Event') return group === '' ? 'CoreV1Event' : 'EventsV1Event'
    if (kind === 'ResourceClaim') return 'ResourceV1ResourceClaim'
    return `${version.toUpperCase()}${kind}`
  })

export async function generate(): Promise<{
  packages: Record<string, Package>
  descriptions: Record<string, Descriptions>
}> {
  const all = (await import(pathToFileURL(join(models, 'all.js')).href)) as Record<string, Model>
  const packageOf = new Map<string, string>()
  const roots = kindModels()
  const queue: [model: string, from: string][] = [
    ...roots.map((model, at): [string, string] => [model, packageNames[builtInKinds[at]!.group] ?? '']),
    ...extras.map((model): [string, string] => [model, '']),
  ]
  for (const model of roots) {
    const list = `${model.replace('ResourceV1', 'V1')}List`
    if (all[list]) queue.push([list, queue[roots.indexOf(model)]![1]])
  }
  for (let item = queue.shift(); item; item = queue.shift()) {
    const [model, from] = item
    if (packageOf.has(model)) continue
    if (!all[model]) throw new Error(`client-node has no model ${model}`)
    const home = homeOf(model, from)
    packageOf.set(model, home)
    for (const attribute of all[model].attributeTypeMap)
      for (const reference of referencesIn(attribute.type)) queue.push([reference, home])
  }

  const packages: Record<string, Package> = {}
  const descriptions: Record<string, Descriptions> = {}
  for (const [model, home] of [...packageOf].sort()) {
    const name = shortOf(model)
    packages[home] ??= {}
    descriptions[home] ??= {}
    const { required, texts } = declared(model, all[model]!.attributeTypeMap)
    packages[home][name] = schemaFrom(name, home, all[model]!.attributeTypeMap, required, packageOf)
    descriptions[home][name] = texts
  }
  checkOverlays(packages)
  return { packages, descriptions }
}

/** An overlay of a field that is no more would be lost without a word. */
function checkOverlays(packages: Record<string, Package>): void {
  const definitions = Object.values(packages).flatMap((one) => Object.entries(one))
  for (const key of Object.keys(overlays)) {
    const [type, field] = [key.slice(0, key.indexOf('.')), key.slice(key.indexOf('.') + 1)]
    if (!definitions.some(([name, schema]) => name === type && schema.properties?.[field]))
      throw new Error(`overlay of ${key}: no such field`)
  }
  for (const type of atomicStructs)
    if (!definitions.some(([name]) => name === type)) throw new Error(`atomic struct ${type}: no such type`)
}

/** API group → name of its package in definitions. */
const packageNames: Record<string, string> = {
  '': 'io.k8s.api.core',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  'resource.k8s.io': 'io.k8s.api.resource',
  'admissionregistration.k8s.io': 'io.k8s.api.admissionregistration',
  'storage.k8s.io': 'io.k8s.api.storage',
}

const parts = (model: string) => {
  const match = /^(?:([A-Z][a-z]+))?V(\d)([A-Z]\w*)$/.exec(model)
  if (!match) throw new Error(`${model} is no versioned model`)
  return { prefix: match[1]?.toLowerCase(), version: `v${match[2]}`, name: match[3]! }
}
const shortOf = (model: string) => parts(model).name
const referencesIn = (type: string) =>
  [...type.matchAll(/\b((?:[A-Z][a-z]+)?V\d[A-Z]\w*)\b/g)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'V1MicroTime')

/** `io.k8s.api.core.v1`: where the protobuf messages say, else where it was first referred to from. */
function homeOf(model: string, from: string): string {
  const { prefix, version, name } = parts(model)
  const homes = Object.keys(protobuf).filter(
    (pkg) => pkg && name in protobuf[pkg]! && pkg.endsWith(version) && (!prefix || pkg.includes(prefix)),
  )
  const home = homes.length > 1 ? homes.find((pkg) => pkg.includes('apimachinery')) : homes[0]
  if (homes.length > 1 && !home) throw new Error(`${model} could be of ${homes.join(', ')}`)
  if (home) return definitionPackage(home)
  if (!from) throw new Error(`where is ${model}?`)
  return /\.v\d$/.test(from) ? from : `${from}.${version}`
}

const definitionPackage = (pkg: string) =>
  pkg
    .replace(/^k8s\.io\./, 'io.k8s.')
    .replace('apiextensions_apiserver', 'apiextensions-apiserver')
    .replace('kube_aggregator', 'kube-aggregator')

function schemaFrom(
  name: string,
  home: string,
  attributes: Attribute[],
  required: string[],
  packageOf: Map<string, string>,
): Stored {
  const properties: Record<string, Stored> = {}
  for (const { baseName, type, format } of attributes) {
    const base = fieldFrom(type, format, packageOf)
    const quantity = quantityOf(name, home, baseName)
    const schema = objects.has(`${name}.${baseName}`) ? anyObject : quantity ? asQuantity(base) : base
    properties[baseName] = {
      ...schema,
      ...(schema.type === 'array' && { 'x-kubernetes-list-type': 'atomic' as const }),
      ...overlays[`${name}.${baseName}`],
    }
  }
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(atomicStructs.has(name) && { 'x-kubernetes-map-type': 'atomic' as const }),
  }
}

function fieldFrom(type: string, format: string, packageOf: Map<string, string>): Stored {
  const list = /^Array<(.*)>$/.exec(type)
  if (list) return { type: 'array', items: fieldFrom(list[1]!, format, packageOf) }
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)
  if (map) return { type: 'object', additionalProperties: fieldFrom(map[1]!, format, packageOf) }
  const scalar = scalars[`${type} ${format}`]
  if (scalar) return scalar
  const home = packageOf.get(type)
  if (!home) throw new Error(`what is ${type} (${format})?`)
  return { $ref: `${home}.${shortOf(type)}` }
}

/** Newer types whose messages are not in the table. */
const newQuantities = new Set([
  'Counter.value',
  'DeviceCapacity.value',
  'CapacityRequestPolicy.default',
  'CapacityRequestPolicy.validValues',
  'CapacityRequestPolicyRange.min',
  'CapacityRequestPolicyRange.max',
  'CapacityRequestPolicyRange.step',
  'CapacityRequirements.requests',
  'DeviceRequestAllocationResult.consumedCapacity',
])

function quantityOf(name: string, home: string, field: string): boolean {
  const pkg = Object.keys(protobuf).find((one) => one && definitionPackage(one) === home)
  const lines = pkg ? (protobuf[pkg]![name]?.split('|') ?? []) : []
  const line = lines.find((one) => one.split(' ')[1] === field)
  return line?.endsWith('.resource.Quantity') || newQuantities.has(`${name}.${field}`)
}

function asQuantity(schema: Stored): Stored {
  if (schema.items) return { ...schema, items: asQuantity(schema.items) }
  if (typeof schema.additionalProperties === 'object')
    return { ...schema, additionalProperties: asQuantity(schema.additionalProperties) }
  return { type: 'string', format: 'quantity' }
}

/** What the declaration of a model says: which fields must be there, and what everything is for. */
function declared(model: string, attributes: Attribute[]): { required: string[]; texts: Record<string, string> } {
  const source = readFileSync(join(models, `${model}.d.ts`), 'utf8')
  const jsonNames = new Map(attributes.map(({ name, baseName }) => [name, baseName]))
  const [head, body = ''] = source.split(/^export declare class .*$/m) as [string, string?]
  const own = [...head.matchAll(/\/\*\*\n([\s\S]*?)\*\//g)].at(-1)?.[1]
  const texts: Record<string, string> = {}
  if (own && !own.includes('NOTE: This class is auto generated')) texts[''] = plain(own)
  const required: string[] = []
  for (const [, comment, name, absent] of body.matchAll(/(?:\/\*\*\n([\s\S]*?)\*\/\s*)?'([^']+)'(\??): /g)) {
    const json = jsonNames.get(name!) ?? name!
    if (comment) texts[json] = plain(comment)
    if (!absent) required.push(json)
  }
  return { required, texts }
}

const plain = (comment: string) =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join(' ')
    .trim()
    .replace(/\\(['"])/g, '$1')

export const written = (definitions: Package | Descriptions) =>
  `{\n${Object.keys(definitions)
    .sort()
    .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(definitions[name])}`)
    .join(',\n')}\n}\n`

if (import.meta.main) {
  const { packages, descriptions } = await generate()
  mkdirSync(folder, { recursive: true })
  for (const [name, definitions] of Object.entries(packages)) {
    writeFileSync(new URL(`${name}.json`, folder), written(definitions))
    const texts = Buffer.from(written(descriptions[name]!))
    const options = {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: texts.length },
    }
    writeFileSync(new URL(`${name}.descriptions.json.br`, folder), brotliCompressSync(texts, options))
  }
}
