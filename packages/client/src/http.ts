import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import type { ApiRequest, ApiResponse, Transport } from '@sampan/resources/transport'
import { linesOf } from './lines.ts'

/** How to reach and sign in to a Kubernetes API. Certificates and keys are PEM. */
export interface HttpOptions {
  /** `https://host:port`, with a path where the API is behind one. */
  server: string
  ca?: string | Buffer
  cert?: string | Buffer
  key?: string | Buffer
  /** A bearer token, or where to get one that changes: asked before every request. */
  token?: string | (() => string | Promise<string>)
  /** Name and password, for the few that still ask for them. */
  basic?: { username: string; password: string }
  /** The name in the server's certificate, when it is not the host's. */
  serverName?: string
  /** Skips the check of the server's certificate. */
  insecure?: boolean
  /** Milliseconds until an answer must have begun; default 60 s. Streams may then last for ever. */
  answerWithin?: number
  userAgent?: string
}

/** The transport to any cluster: HTTP/1.1 with connections kept open, watches as lines, exec by WebSocket. */
export function httpTransport(options: HttpOptions): Transport {
  const base = new URL(options.server)
  const secure = base.protocol === 'https:'
  const { ca, cert, key, insecure, serverName } = options
  const tls = { ca, cert, key, servername: serverName, rejectUnauthorized: !insecure }
  const agent = secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true })
  const start = secure ? httpsRequest : httpRequest
  const root = base.pathname.replace(/\/$/, '')

  async function headersOf(request: ApiRequest) {
    const headers: Record<string, string | string[]> = {
      accept: 'application/json',
      'user-agent': options.userAgent ?? 'sampan/0.1',
      ...request.headers,
    }
    const groups = headers['impersonate-group']
    if (typeof groups === 'string') headers['impersonate-group'] = groups.split(',')
    const token = typeof options.token === 'function' ? await options.token() : options.token
    if (token) headers.authorization = `Bearer ${token}`
    else if (options.basic) {
      const { username, password } = options.basic
      headers.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    }
    return headers
  }

  async function send(request: ApiRequest): Promise<ApiResponse> {
    const headers = await headersOf(request)
    const body = request.body === undefined ? undefined : bytesOf(request.body)
    if (body) {
      headers['content-type'] ??= 'application/json'
      headers['content-length'] = String(body.length)
    }
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      let answered = false
      const attempt = (again: boolean) => {
        const { method, signal } = request
        const { protocol, hostname, port } = base
        const call = start({
          protocol,
          hostname: bare(hostname),
          port,
          path: root + request.path,
          method,
          headers,
          agent,
          signal,
        })
        call.setTimeout(options.answerWithin ?? 60_000, () => {
          if (!answered) call.destroy(new Error(`${method} ${request.path.split('?')[0]}: no answer from ${base.host}`))
        })
        call.once('response', (message) => {
          answered = true
          resolve(message)
        })
        call.once('error', (error: NodeJS.ErrnoException) => {
          // The server had closed an idle connection in the very moment we took it: nothing was done yet.
          if (again && method === 'GET' && call.reusedSocket && error.code === 'ECONNRESET') attempt(false)
          else reject(error)
        })
        call.end(body)
      }
      attempt(true)
    })
    return responseFrom(message, request.signal)
  }

  return {
    send,
    async connect(request) {
      const { openWebSocket } = await import('./web-socket.ts') // only those who exec pay for it
      const url = new URL(root + request.path, base)
      url.protocol = secure ? 'wss:' : 'ws:'
      return openWebSocket(url, {
        headers: await headersOf(request),
        protocols: request.protocols,
        tls,
        signal: request.signal,
      })
    },
    async close() {
      agent.destroy()
    },
  }
}

function responseFrom(message: IncomingMessage, signal: AbortSignal | undefined): ApiResponse {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  const bytes = () => abortable(message, signal)
  return {
    status: message.statusCode ?? 0,
    headers,
    async object() {
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes()) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new Error(`${message.statusCode} answer is not JSON: ${text.slice(0, 200)}`, { cause })
      }
    },
    bytes,
    async *events() {
      for await (const line of linesOf(bytes())) yield JSON.parse(line) as WatchEvent<KubeObject>
    },
  }
}

/** After an abort the reason is thrown, not the broken connection that it causes. */
async function* abortable(message: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* message as AsyncIterable<Buffer>
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

const bytesOf = (body: unknown) =>
  body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))

/** URL writes IPv6 addresses in brackets, sockets want them without. */
const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1')
