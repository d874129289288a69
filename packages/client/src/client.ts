import type { Definition } from '@sampan/resources/define'
import type { KubeObject, List, Ref, WatchEvent } from '@sampan/resources/meta'
import type { ApiRequest, ApiResponse, Connection } from '@sampan/resources/transport'

export interface ListOptions {
  /** Left out: all namespaces. */
  namespace?: string
  /** As kubectl's `-l`. */
  labels?: string
  /** As kubectl's `--field-selector`. */
  fields?: string
  limit?: number
  continue?: string
  signal?: AbortSignal
}

export interface WriteOptions {
  dryRun?: boolean
  fieldManager?: string
  signal?: AbortSignal
}

export interface RemoveOptions extends WriteOptions {
  propagation?: 'Background' | 'Foreground' | 'Orphan'
  graceSeconds?: number
  /** Only when the object still has this uid or revision; else Conflict. */
  uid?: string
  resourceVersion?: string
}

export type PatchType = 'merge' | 'json' | 'strategic'

/** What a new object needs: the server makes the rest of the metadata. `generateName` may stand for the name. */
export type Draft<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'> & {
  apiVersion?: string
  kind?: string
  metadata: Partial<T['metadata']> & ({ name: string } | { generateName: string })
  status?: unknown
}

/**
 * The Kubernetes API, typed by definitions. Every method throws `StatusError` (resources/errors) on a refusal; network
 * failures throw as they are. Objects that come back are never changed by the caller: copy first (`structuredClone`).
 */
export interface Client {
  get<T extends KubeObject>(kind: Definition<T>, at: Ref, options?: { signal?: AbortSignal }): Promise<T>
  /** Like `get`, but undefined where there is none. */
  find<T extends KubeObject>(kind: Definition<T>, at: Ref, options?: { signal?: AbortSignal }): Promise<T | undefined>
  /** All pages, unless `limit` is given. */
  list<T extends KubeObject>(kind: Definition<T>, options?: ListOptions): Promise<List<T>>
  create<T extends KubeObject>(kind: Definition<T>, object: Draft<T>, options?: WriteOptions): Promise<T>
  /** PUT; with `metadata.resourceVersion` set, throws Conflict when somebody else wrote first. */
  update<T extends KubeObject>(kind: Definition<T>, object: T, options?: WriteOptions): Promise<T>
  updateStatus<T extends KubeObject>(kind: Definition<T>, object: T, options?: WriteOptions): Promise<T>
  patch<T extends KubeObject>(
    kind: Definition<T>,
    at: Ref,
    patch: unknown,
    options?: WriteOptions & { type?: PatchType; subresource?: string },
  ): Promise<T>
  /** Server-side apply; `force` takes over fields of other managers. */
  apply<T extends KubeObject>(
    kind: Definition<T>,
    object: Draft<T>,
    options: WriteOptions & { fieldManager: string; force?: boolean; subresource?: string },
  ): Promise<T>
  /** Removing what is not there throws NotFound. Resolves to the object when it lives on (finalizers, grace). */
  remove<T extends KubeObject>(kind: Definition<T>, at: Ref, options?: RemoveOptions): Promise<T | undefined>
  /** One watch call: ends when the server ends it. `since` as from a list. */
  watch<T extends KubeObject>(
    kind: Definition<T>,
    options: ListOptions & { since?: string; bookmarks?: boolean },
  ): AsyncIterable<WatchEvent<T>>
  /** Any path, for subresources and what has no definition. Throws `StatusError` unless 2xx. */
  raw(request: ApiRequest): Promise<ApiResponse>
  /** A two-way stream of messages (exec, attach, port-forward), in one of `protocols`. */
  connect(request: ApiRequest & { protocols: string[] }): Promise<Connection>
  /** Container log as raw bytes; with `follow` until the container ends or `signal`. */
  logs(pod: Ref, options?: LogOptions): AsyncIterable<Uint8Array>
  /** Runs a command in a container and collects its output. Not for secrets in `command`: arguments are visible. */
  exec(pod: Ref, command: string[], options?: ExecOptions): Promise<{ code: number; stdout: string; stderr: string }>
  /** The same connection, as somebody else (impersonation). */
  as(user: { name: string; groups?: string[] }): Client
}

export interface LogOptions {
  container?: string
  follow?: boolean
  previous?: boolean
  timestamps?: boolean
  tailLines?: number
  sinceSeconds?: number
  sinceTime?: string
  limitBytes?: number
  signal?: AbortSignal
}

export interface ExecOptions {
  container?: string
  stdin?: string
  signal?: AbortSignal
}
