import type { KubeObject, WatchEvent } from '@sampan/resources/meta'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query, as `/api/v1/namespaces/default/pods?limit=500`. */
  path: string
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

/** A way to reach a Kubernetes API: `http.ts` (any cluster), or a call into the API server of the same process. */
export interface Transport {
  send(request: ApiRequest): Promise<ApiResponse>
  /**
   * Opens a two-way stream (exec, attach, port-forward) as WebSocket with the subprotocol `v4.channel.k8s.io` or `v5…`;
   * transports that cannot do it leave it out.
   */
  connect?(request: ApiRequest & { protocols: string[] }): Promise<import('node:stream').Duplex>
  close?(): Promise<void>
}
