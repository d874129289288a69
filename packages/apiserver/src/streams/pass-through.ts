import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { StatusError } from '@sampan/resources/errors'
import { type Upgraded, upgradeBackend } from './backend.ts'

/** Headers that matter to the streaming server; the rest (credentials above all) ends here. */
const passed = ['upgrade', 'x-stream-protocol-version']

/** Hands a SPDY client through to the runtime, byte for byte: both speak the same. */
export async function passThrough(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const headers: Record<string, string> = {}
  for (const name of passed) {
    const value = request.headers[name]
    if (value) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  if (headers.upgrade?.toLowerCase() !== 'spdy/3.1')
    throw new StatusError('BadRequest', `unable to upgrade: unsupported protocol ${headers.upgrade ?? '(none)'}`)
  const backend = await upgradeBackend(url, headers, signal)
  const { rawHeaders } = backend.response
  const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  join(socket, head, backend)
}

/** How long the last bytes may take on their way to somebody who reads slowly. */
const lastBytesMs = 30_000

/** Two connections become one. When either ends or breaks, the other ends too, after what is still on its way. */
export function join(client: Duplex, head: Buffer, backend: Upgraded): void {
  const { socket } = backend
  for (const [one, other] of [
    [client, socket],
    [socket, client],
  ] as const) {
    one.on('error', () => one.destroy())
    one.once('close', () => finish(other))
  }
  if (client.destroyed || socket.destroyed) {
    // One side left while the other was being reached.
    client.destroy()
    socket.destroy()
    return
  }
  if (backend.head.length > 0) client.write(backend.head)
  if (head.length > 0) socket.write(head)
  client.pipe(socket)
  socket.pipe(client)
}

function finish(stream: Duplex) {
  if (stream.destroyed) return
  const timer = setTimeout(() => stream.destroy(), lastBytesMs)
  stream.once('close', () => clearTimeout(timer))
  stream.end(() => stream.destroy())
}
