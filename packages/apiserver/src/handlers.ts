import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import type { UserInfo } from './auth/interfaces.ts'
import type { Asked } from './dispatch.ts'
import type { Objects } from './objects.ts'

/** One authenticated and authorised request, over HTTP or from inside the process. */
export interface Call {
  method: string
  /** Decoded path without query. */
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: IncomingHttpHeaders
  user: UserInfo
  /** A part of this process: who its writes are attributed to. */
  manager?: string | undefined
  /** get, list, watch, create, update, patch, delete, deletecollection; for subresources that are none of it, by method. */
  verb: string
  /** See `askedIn`. */
  asked?: Asked
  /** Aborted when the caller goes away or the server closes. */
  signal: AbortSignal
  /** The body as bytes; empty when there is none. Throws RequestEntityTooLarge beyond 3 MiB. */
  bytes(): Promise<Uint8Array>
  /** The body as an object (JSON, YAML or protobuf by its content type), a private copy; undefined when empty. */
  object(): Promise<KubeObject | undefined>
  /** What is to be said of keys that came twice in the body; known once `object()` has resolved. */
  duplicates: readonly string[]
  /** Warnings that go out as `Warning: 299` headers. */
  warnings: string[]
  /** What admission adds to the audit event of the call. */
  annotations?: Record<string, string>
  /** The raw request, when it came over HTTP. */
  request?: IncomingMessage
}

/** What a call is answered with. `headers` have lower-case names. */
export type Answer =
  | { status: number; headers?: Record<string, string>; object: unknown }
  | {
      status: number
      headers?: Record<string, string>
      /** JSON already encoded; pieces are sent one after the other. */
      json: readonly Uint8Array[]
      /** The same as a value, for callers inside the process: shared, never changed. */
      value: () => unknown
    }
  | { status: number; headers?: Record<string, string>; text: string }
  | { status: number; headers?: Record<string, string>; stream: AsyncIterable<Uint8Array> }
  | { status: number; headers?: Record<string, string>; watch: WatchSource }

/** A watch in both forms: whole JSON lines for the wire, events for callers inside the process. */
export interface WatchSource {
  lines(): AsyncIterable<Uint8Array[]>
  events(): AsyncIterable<WatchEvent<KubeObject>>
}

/** A call below one object: `/api/v1/namespaces/<namespace>/<plural>/<name>/<subresource>[/<rest>]`. */
export interface SubresourceCall extends Call {
  definition: Definition
  subresource: string
  namespace: string | undefined
  name: string
  /** What follows the subresource in the path, without a leading slash: for `proxy`. Undefined when nothing, not even a slash, does. */
  rest: string | undefined
  objects: Objects
}

/** Plugs `pods/log`, `pods/exec`, `serviceaccounts/token`, `services/proxy`… into the server. */
export interface SubresourceHandler {
  /** Of the parent: `''` and `pods`. */
  group: string
  plural: string
  subresource: string
  /** What discovery says about it; default group and version: the parent's. `verbs` as in discovery: `get`, `create`… */
  kind: { group?: string; version?: string; kind: string }
  verbs: readonly string[]
  handle(call: SubresourceCall): Promise<Answer>
  /** A request with `Upgrade:`. The handler owns the socket from here, including writing the 101 or an error answer. */
  upgrade?(call: SubresourceCall, socket: Duplex, head: Buffer): Promise<void>
}

/** A kind that is only ever asked, never stored: TokenReview, SubjectAccessReview… */
export interface VirtualKind {
  group: string
  version: string
  kind: string
  plural: string
  scope: 'Namespaced' | 'Cluster'
  /** Answers POST; the object is a private copy with `apiVersion` and `kind` filled in. */
  create(object: KubeObject, call: Call & { namespace: string | undefined; objects: Objects }): Promise<KubeObject>
}

/** A kind whose objects are made when somebody asks, as PodMetrics: GET of one and of the list; nothing is stored. */
export interface ComputedKind {
  /** With `verbs` get and list. */
  definition: Definition
  /** All of them, or those of one namespace. */
  list(namespace?: string): Promise<KubeObject[]>
}

/** Any other path: `/metrics`, `/openid/v1/jwks`. `path` ending in `/` matches everything below it. */
export interface PathHandler {
  path: string
  methods: readonly string[]
  handle(call: Call): Promise<Answer>
}
