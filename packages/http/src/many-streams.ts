import type { Duplex } from 'node:stream'
import { badRequest } from '@sampan/resources/errors'
import { type WebSocket, WebSocketServer } from 'ws'
import { problemFrom } from './problem-json.ts'
import type { Anyone, SocketCall } from './route.ts'

type Call = Pick<SocketCall<unknown, Anyone>, 'request' | 'socket' | 'head' | 'signal'>

/** Opens what a path names; the texts or bytes of its body as they come. Throws `StatusError` when it is refused. */
export type OpenStream = (
  path: string,
  options: { accept?: string; signal: AbortSignal },
) => Promise<AsyncIterable<Uint8Array>>

const heartbeatMs = 15_000
const mostStreams = 200

/**
 * Many streamed answers over one WebSocket, because browsers open only six connections to a host. The client sends
 * `{"open": 7, "path": "/api/v1/pods?watch=true", "accept"?: …}` and `{"close": 7}`; it gets `7 <text>` for every piece
 * of the body (a piece may end anywhere), `{"end": 7}` at its end and `{"end": 7, "problem": …}` (RFC 9457) when it is
 * refused or breaks off; and an empty message every 15 s, so that silence means a lost connection.
 */
export function manyStreams({ request, socket, head, signal }: Call, open: OpenStream): void {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket')
    throw badRequest('Only WebSocket connections are answered here.')
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
  })
  server.handleUpgrade(request, socket as Duplex, head, (client) => serveStreams(client, open, signal))
}

function serveStreams(client: WebSocket, open: OpenStream, signal: AbortSignal) {
  const running = new Map<number, AbortController>()
  const send = (text: string) => new Promise<void>((resolve) => client.send(text, () => resolve()))
  const leave = () => client.close(1001)
  const heartbeat = setInterval(() => void send(''), heartbeatMs)
  signal.addEventListener('abort', leave, { once: true })
  client.on('error', () => client.terminate()) // 'close' follows
  client.once('close', () => {
    clearInterval(heartbeat)
    signal.removeEventListener('abort', leave)
    for (const stop of running.values()) stop.abort()
  })
  client.on('message', (data: Buffer) => {
    const wish = wishFrom(String(data))
    if (!wish) return client.close(1008, 'not understood')
    if ('close' in wish) return running.get(wish.close)?.abort()
    if (running.has(wish.open) || running.size >= mostStreams) return client.close(1008, 'too many streams')
    const stop = new AbortController()
    running.set(wish.open, stop)
    void pass(wish, stop.signal).finally(() => running.delete(wish.open))
  })

  async function pass({ open: id, path, accept }: Open, stopped: AbortSignal) {
    const decoder = new TextDecoder()
    try {
      const body = await open(path, { accept, signal: stopped })
      for await (const piece of body) {
        if (stopped.aborted) return
        // The next piece is read when this one has left: a slow browser slows its own streams only.
        await send(`${id} ${decoder.decode(piece, { stream: true })}`)
      }
      if (!stopped.aborted) await send(JSON.stringify({ end: id }))
    } catch (error) {
      if (!stopped.aborted) await send(JSON.stringify({ end: id, problem: problemFrom(error) }))
    }
  }
}

interface Open {
  open: number
  path: string
  accept?: string
}

function wishFrom(text: string): Open | { close: number } | undefined {
  const wish = parsed(text) as Partial<Open & { close: number }> | null | undefined
  if (typeof wish !== 'object' || wish === null) return undefined
  if (Number.isSafeInteger(wish.close)) return { close: wish.close! }
  const { open, path, accept } = wish
  if (!Number.isSafeInteger(open) || typeof path !== 'string' || !path.startsWith('/')) return undefined
  return { open: open!, path, ...(typeof accept === 'string' && { accept }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
