import { type Column, type Definition, defineResource, type Schema } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { check, complete } from '@sampan/resources/schema-check'
import type { ClientConfig } from '../admission/webhooks/reach.ts'
import { age } from '../table.ts'
import { compilePath } from './json-path.ts'
import { isInherited } from './rules/ratchet.ts'

/** The parts of a CustomResourceDefinition (apiextensions.k8s.io/v1) that serving needs. */
export interface Crd extends KubeObject {
  spec: {
    group: string
    scope: 'Namespaced' | 'Cluster'
    names: {
      kind: string
      plural: string
      singular?: string
      listKind?: string
      shortNames?: string[]
      categories?: string[]
    }
    versions: CrdVersion[]
    preserveUnknownFields?: boolean
    conversion?: {
      strategy?: string
      webhook?: { clientConfig: ClientConfig; conversionReviewVersions?: string[] }
    }
  }
  status?: {
    conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[]
    acceptedNames?: Crd['spec']['names']
    storedVersions?: string[]
  }
}

export interface CrdVersion {
  name: string
  served: boolean
  storage: boolean
  deprecated?: boolean
  deprecationWarning?: string
  schema?: { openAPIV3Schema?: Schema }
  subresources?: {
    status?: object
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string }
  }
  additionalPrinterColumns?: {
    name: string
    type: string
    format?: string
    description?: string
    priority?: number
    jsonPath: string
  }[]
  selectableFields?: { jsonPath: string }[]
}

/** One version of a custom kind as a definition like any other. */
export function customDefinition({ spec }: Crd, version: CrdVersion): Definition {
  const schema: Schema = version.schema?.openAPIV3Schema ?? {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  }
  const storage = spec.versions.find((one) => one.storage) ?? version
  const { names, group, scope } = spec
  const scale = version.subresources?.scale
  const apiVersion = `${group}/${version.name}`
  const storedVersion = `${group}/${storage.name}`
  const base = { group, kind: names.kind, plural: names.plural, scope }
  const inner = withoutMetadata(schema)
  const fillsIn = hasDefaults(inner)
  return defineResource({
    ...base,
    version: version.name,
    singular: names.singular || names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    hasStatus: version.subresources?.status !== undefined,
    hasGeneration: true,
    ...(scale && { scale: { replicas: scale.specReplicasPath, statusReplicas: scale.statusReplicasPath } }),
    columns: (version.additionalPrinterColumns ?? ageOnly).map(columnFrom),
    fields: Object.fromEntries(
      (version.selectableFields ?? []).map(({ jsonPath }) => {
        const find = compilePath(jsonPath)
        return [jsonPath.replace(/^\./, ''), (object: KubeObject) => textOf(find(object)[0])]
      }),
    ),
    ...(version.deprecated && {
      deprecated: version.deprecationWarning || `${apiVersion} ${names.kind} is deprecated`,
    }),
    schema,
    defaults: (object) => void Object.assign(object, complete(inner, object)),
    validate: (object, old) => {
      const { apiVersion: _, kind: __, metadata: ___, ...rest } = object as KubeObject & Record<string, unknown>
      const problems = check(inner, rest, '', { strict: false })
      return old ? problems.filter((one) => !isInherited(inner, object, old, one)) : problems
    },
    storedAs: {
      definition: defineResource({ ...base, version: storage.name }),
      encode: (object) => ({ ...object, apiVersion: storedVersion }),
      decode: (stored) => {
        const shown = stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion }
        return fillsIn ? (complete(inner, shown) as KubeObject) : shown
      },
    },
  })
}

/** Whether reading an object may fill something in: its definition may have got defaults after it was written. */
function hasDefaults({ default: own, properties, items, additionalProperties }: Schema): boolean {
  return (
    own !== undefined ||
    Object.values(properties ?? {}).some(hasDefaults) ||
    (items !== undefined && hasDefaults(items)) ||
    (typeof additionalProperties === 'object' && hasDefaults(additionalProperties))
  )
}

/** Metadata has rules of its own. */
function withoutMetadata(schema: Schema): Schema {
  const { properties, required } = schema
  if (!properties) return schema
  const { metadata: _, apiVersion: __, kind: ___, ...rest } = properties
  return {
    ...schema,
    properties: rest,
    ...(required && {
      required: required.filter((one) => one !== 'metadata' && one !== 'apiVersion' && one !== 'kind'),
    }),
  }
}

const ageOnly = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }]

type PrinterColumn = NonNullable<CrdVersion['additionalPrinterColumns']>[number]

const columnTypes = new Set(['integer', 'number', 'boolean', 'date'])

/** A value that is missing or of another type is shown as nothing, never as a zero. */
function columnFrom({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column {
  const find = compilePath(jsonPath)
  return {
    name,
    type: columnTypes.has(type) ? (type as NonNullable<Column['type']>) : 'string',
    ...(format && { format }),
    ...(priority && { wide: true }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    value: (object, now) => {
      const found = find(object)
      const first = found[0]
      if (type === 'date') return typeof first === 'string' ? age(first, now) : null
      if (type === 'integer') return typeof first === 'number' ? Math.trunc(first) : null
      if (type === 'number') return typeof first === 'number' ? first : null
      if (type === 'boolean') return typeof first === 'boolean' ? first : null
      return found.length === 0 ? null : found.map((one) => textOf(one) ?? '').join(',')
    },
  }
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value)
