import type { Duplex } from 'node:stream'
import type { KubeObject, WatchEvent } from './meta.ts'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query, as `/api/v1/namespaces/default/pods?limit=500`. */
  path: string
  /** Lower-case names. `impersonate-user` and `impersonate-group` (comma separated) act as somebody else. */
  headers?: Record<string, string>
  /** A JSON value, or bytes with their own `content-type` header. */
  body?: unknown
  signal?: AbortSignal
}

export interface ApiResponse {
  status: number
  headers: Record<string, string>
  /** The answer as JSON. Objects from an in-process server are shared: never change them. */
  object(): Promise<unknown>
  /** The answer as it comes in, for logs. */
  bytes(): AsyncIterable<Uint8Array>
  /** The answer of a watch, one event at a time. */
  events(): AsyncIterable<WatchEvent<KubeObject>>
}

/** A two-way stream of messages. Object mode: every chunk read or written is one message (bytes, first byte the channel). */
export interface Connection {
  /** The subprotocol the server chose. */
  protocol: string
  messages: Duplex
}

/** A way to reach a Kubernetes API: over HTTPS (any cluster), or a call into the API server of the same process. */
export interface Transport {
  send(request: ApiRequest): Promise<ApiResponse>
  /**
   * Opens a two-way stream (exec, attach, port-forward) as WebSocket with one of `protocols`; transports that cannot do
   * it leave it out. A refusal throws `StatusError`.
   */
  connect?(request: ApiRequest & { protocols: string[] }): Promise<Connection>
  close?(): Promise<void>
}
