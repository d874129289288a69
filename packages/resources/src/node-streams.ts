import type { KubeObject } from './meta.ts'

export interface ContainerLogOptions {
  container: string
  follow?: boolean
  previous?: boolean
  timestamps?: boolean
  tailLines?: number
  sinceSeconds?: number
  sinceTime?: string
  limitBytes?: number
  /** Which stream; both when left out. */
  stream?: 'Stdout' | 'Stderr'
  signal: AbortSignal
}

export interface ExecRequest {
  container: string
  command: readonly string[]
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

/**
 * What a node can do for the API server besides running pods. The node agent has it, the API server uses it, neither
 * imports the other. Failures are `StatusError`s (a container that is waiting: BadRequest).
 */
export interface NodeStreams {
  logs(pod: KubeObject, options: ContainerLogOptions): Promise<AsyncIterable<Uint8Array>>
  /** Each returns the URL of the container runtime's streaming server (SPDY and WebSocket up to v4), good for one use. */
  exec(pod: KubeObject, request: ExecRequest): Promise<string>
  attach(pod: KubeObject, request: Omit<ExecRequest, 'command'>): Promise<string>
  portForward(pod: KubeObject): Promise<string>
}
