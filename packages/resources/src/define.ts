import type { Problem } from './errors.ts'
import type { KubeObject, LabelSelector } from './meta.ts'

/**
 * A kind, said once. Routes, discovery, OpenAPI, kubectl columns, CLI nouns, console lists and (for kinds of ours) the
 * CustomResourceDefinition all derive from this value.
 */
export interface Definition<T extends KubeObject = KubeObject> {
  /** `''` for the core group. */
  group: string
  version: string
  kind: string
  /** Lower-case plural, the word in the URL. */
  plural: string
  singular: string
  shortNames: readonly string[]
  categories: readonly string[]
  scope: 'Namespaced' | 'Cluster'
  /** Whether `/status` is a subresource: then the main resource ignores `status` and `/status` ignores the rest. */
  hasStatus: boolean
  /** JSON paths behind `/scale`, when the kind has it. */
  scale?: { replicas: string; statusReplicas: string; selector?: (object: T) => LabelSelector | undefined }
  /** Whether `metadata.generation` counts changes of `spec`. */
  hasGeneration: boolean
  /** Columns of a Table after Name; `wide` ones only with `-o wide`. A cell is a string, a number, a boolean or nothing. */
  columns: readonly Column<T>[]
  /** Fills in what the caller left out. Gets a private copy, changes it in place. */
  defaults: (object: T) => void
  /**
   * What follows from being new: first status, labels made from the uid. Runs once, after defaulting and after the server
   * has set name, uid and times, before admission and validation; changes the object in place.
   */
  onCreate?: (object: T) => void
  /**
   * What is wrong with `object`; on updates `old` is what is stored, and `subresource` says which part is written.
   * Runs after defaulting.
   */
  validate: (object: T, old?: T, subresource?: string) => (Problem | false | undefined)[]
  /** Selectable fields besides `metadata.name` and `metadata.namespace`: path → value as text. */
  fields: Readonly<Record<string, (object: T) => string | undefined>>
  /** What can be done with it; left out: everything. Reviews and bindings are only created. */
  verbs?: readonly Verb[]
  /** A PUT where there is nothing creates the object. */
  createsOnUpdate?: boolean
  /** DELETE answers the object that is gone; other kinds answer a `Status`. */
  answersDeleted?: boolean
  /** A DELETE without options orphans the dependents. */
  orphansByDefault?: boolean
  /** Create keeps the status that was sent. */
  keepsStatusOnCreate?: boolean
  /** Sent as a `Warning` header with every answer. */
  deprecated?: string
  /** The Name column of a Table comes last and only when wide. */
  nameLast?: boolean
  /** What the Name column shows, when it is more than the name. */
  displayName?: (object: T) => string
  /** Another version or group shows the same objects: this is how they are kept. */
  storedAs?: StoredAs<T>
  /** JSON schema (structural, Kubernetes dialect) of a kind of ours; built-in kinds have theirs generated. */
  schema?: Schema
  /** Phantom: lets functions infer T from a definition. Never set. */
  readonly type?: T
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch'

/** `encode` makes the stored form, `decode` the form this definition serves; neither changes what it is given. */
export interface StoredAs<T extends KubeObject = KubeObject> {
  definition: Definition
  encode: (object: T) => KubeObject
  decode: (stored: KubeObject) => T
}

export interface Column<T extends KubeObject = KubeObject> {
  name: string
  /** `null` is shown as nothing; undefined as nothing, or as 0 in a column of whole numbers. */
  value: (object: T, now: Date) => string | number | boolean | null | undefined
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  format?: string
  wide?: boolean
  description?: string
  /** For kinds of ours: where the CustomResourceDefinition finds the value, as `.status.url`. */
  jsonPath?: string
}

/** The structural subset of JSON schema that CustomResourceDefinitions allow. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  format?: string
  description?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  required?: readonly string[]
  enum?: readonly unknown[]
  default?: unknown
  nullable?: boolean
  pattern?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  not?: Schema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: readonly string[]
  'x-kubernetes-map-type'?: 'granular' | 'atomic'
  'x-kubernetes-patch-strategy'?: string
  'x-kubernetes-patch-merge-key'?: string
  'x-kubernetes-validations'?: readonly { rule: string; message?: string; [key: string]: unknown }[]
  'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[]
}

type Given<T extends KubeObject> = Pick<Definition<T>, 'group' | 'version' | 'kind' | 'plural' | 'scope'> &
  Partial<Definition<T>>

/** Makes a definition from what is particular about a kind; the rest takes Kubernetes' usual answers. */
export function defineResource<T extends KubeObject>(given: Given<T>): Definition<T> {
  return {
    singular: given.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    hasStatus: true,
    hasGeneration: true,
    columns: [],
    defaults: () => undefined,
    validate: () => [],
    fields: {},
    ...given,
  }
}

/** `v1` or `apps/v1`. */
export const apiVersionOf = ({ group, version }: Pick<Definition, 'group' | 'version'>) =>
  group ? `${group}/${version}` : version

/** The URL of a collection or, with `name`, of one object. */
export function pathOf(
  definition: Pick<Definition, 'group' | 'version' | 'plural' | 'scope'>,
  at: { namespace?: string; name?: string; subresource?: string } = {},
): string {
  const { group, version, plural, scope } = definition
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const space = scope === 'Namespaced' && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : ''
  const one = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`
  return `${root}${space}/${plural}${one}${at.subresource ? `/${at.subresource}` : ''}`
}
