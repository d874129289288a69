import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import type { Connection } from '@sampan/resources/transport'
import WebSocket from 'ws'
import { refusalFrom } from './refusal.ts'

interface Opening {
  headers: Record<string, string | string[]>
  protocols: string[]
  tls: {
    ca?: string | Buffer
    cert?: string | Buffer
    key?: string | Buffer
    servername?: string
    rejectUnauthorized: boolean
  }
  signal?: AbortSignal
}

/** Opens a WebSocket; throws `StatusError` when the server refuses it with an HTTP answer. */
export async function openWebSocket(url: URL, { headers, protocols, tls, signal }: Opening): Promise<Connection> {
  signal?.throwIfAborted()
  const socket = new WebSocket(url, protocols, {
    headers: headers as Record<string, string>,
    ...tls,
    perMessageDeflate: false,
    handshakeTimeout: 30_000,
  })
  const abort = () => socket.terminate()
  signal?.addEventListener('abort', abort, { once: true })
  socket.once('close', () => signal?.removeEventListener('abort', abort))
  const messages = duplexOf(socket) // listens before the first message can come in
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', (error) => reject(signal?.aborted ? signal.reason : error))
    socket.once('unexpected-response', (_, answer) => {
      refusal(answer, url)
        .then(reject, reject)
        .finally(() => socket.terminate())
    })
  })
  return { protocol: socket.protocol, messages }
}

async function refusal(answer: IncomingMessage, url: URL) {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const isJson = answer.headers['content-type']?.startsWith('application/json')
  return refusalFrom(answer.statusCode ?? 0, isJson ? JSON.parse(text) : text, `connect ${url.pathname}`)
}

/** One chunk per message, both ways, with back-pressure both ways. */
function duplexOf(socket: WebSocket): Duplex {
  const duplex = new Duplex({
    objectMode: true,
    read: () => socket.resume(),
    write(chunk: Uint8Array, _, done) {
      if (socket.readyState === WebSocket.OPEN) socket.send(chunk, { binary: true }, done)
      else done(new Error('the connection is closed'))
    },
    final(done) {
      socket.close(1000)
      done()
    },
    destroy(error, done) {
      if (socket.readyState === WebSocket.OPEN) socket.close(1000)
      else if (socket.readyState !== WebSocket.CLOSED) socket.terminate()
      done(error)
    },
  })
  socket.on('message', (data: Buffer) => {
    if (!duplex.push(data)) socket.pause()
  })
  socket.on('close', () => duplex.push(null))
  socket.on('error', (error) => duplex.destroy(error))
  duplex.on('error', () => undefined) // readers and writers get it; one that nobody uses any more must not end the process
  return duplex
}
