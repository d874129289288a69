/**
 * What every object of the API has. Field meanings are Kubernetes' own (meta/v1 ObjectMeta);
 * times are RFC 3339 strings, never `Date`: an object here is exactly its JSON.
 */
export interface ObjectMeta {
  name: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  managedFields?: ManagedFields[]
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ManagedFields {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: Record<string, unknown>
  subresource?: string
}

export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}

/** Any object of the API, built-in or custom. */
export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
}

/** A kind of ours: spec and status are typed, `Kind` is the literal name. */
export interface Resource<Kind extends string, Spec, Status = undefined> extends KubeObject {
  apiVersion: 'sampan.dev/v1'
  kind: Kind
  spec: Spec
  status?: Status
}

export interface List<T extends KubeObject = KubeObject> {
  apiVersion: string
  kind: string
  metadata: ListMeta
  items: T[]
}

/** Every real event is also proof of a revision; ERROR carries a `Status`. */
export type WatchEvent<T extends KubeObject = KubeObject> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T }
  | { type: 'ERROR'; object: Status }

export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

/** The answer to everything that is not an object: failures, and deletions that succeeded. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: ListMeta
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    causes?: StatusCause[]
    retryAfterSeconds?: number
  }
}

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  /** `operator` is In, NotIn, Exists or DoesNotExist. */
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

/** Where an object lives: enough to read it again. */
export interface Ref {
  namespace?: string
  name: string
}

/** The generator behind the upstream classes cannot use JavaScript's reserved words as field names. */
type JsonName<K> = K extends `_${infer Rest}` ? Rest : K

/** An upstream model class as the plain JSON it stands for. */
export type Plain<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Plain<Item>[]
    : string extends keyof T
      ? { [K in keyof T]: Plain<T[K]> }
      : 'managedFields' extends keyof T
        ? Partial<ObjectMeta>
        : T extends object
          ? { [K in keyof T as JsonName<K>]: Plain<T[K]> }
          : T

/** A built-in kind: the upstream model as JSON, with `metadata` always there, and `spec` where the kind has one. */
export type BuiltIn<T> = Omit<Plain<T>, 'metadata' | 'spec'> & { metadata: ObjectMeta } & ('spec' extends keyof T
    ? { spec: NonNullable<Plain<T>['spec' & keyof Plain<T>]> }
    : unknown)
