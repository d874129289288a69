import { systemUser } from './auth/interfaces.ts'
import { startTestServer, type TestServer } from './test-server.test-support.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, the assertions are the check
export type Json = any

export interface Reply {
  status: number
  headers: Headers
  body: Json
}

/** A server and short ways to ask it things over HTTP. Everything must be closed by `end`. */
export interface Api {
  server: TestServer
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** The first `count` events of a watch that is open from now on. */
  watch(path: string, headers?: Record<string, string>): Promise<Watching>
  end(): Promise<void>
}

export interface Watching {
  next(): Promise<Json>
  close(): void
}

export async function testApi(options: Parameters<typeof startTestServer>[0] = {}): Promise<Api> {
  const server = await startTestServer(options)
  return {
    server,
    async ask(method, path, body, headers = {}) {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array
      const response = await fetch(server.url + path, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text }
    },
    async watch(path, headers = {}) {
      const stop = new AbortController()
      const response = await fetch(server.url + path, { headers, signal: stop.signal })
      const events = linesOf(response.body!)
      return {
        next: async () => (await events.next()).value,
        close: () => stop.abort(),
      }
    },
    end: () => server.close(),
  }
}

async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Json> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line)
  }
}

export const mergePatchType = { 'content-type': 'application/merge-patch+json' }
export const jsonPatchType = { 'content-type': 'application/json-patch+json' }
export const strategicType = { 'content-type': 'application/strategic-merge-patch+json' }
export const applyType = { 'content-type': 'application/apply-patch+yaml' }

export const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})

export const podNamed = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox' }], ...more },
})

export const deploymentNamed = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }] },
    },
    ...more,
  },
})

export { systemUser }
