import type { Duplex } from 'node:stream'
import { Duplex as DuplexStream } from 'node:stream'
import { badRequest } from '@sampan/resources/errors'
import type { WebSocket } from 'ws'
import type { Upgraded } from './backend.ts'
import { join } from './pass-through.ts'
import type { SpdySession } from './spdy.ts'
import { pump } from './web-sockets.ts'

/** Subprotocols: SPDY inside WebSocket messages (kubectl), and numbered channels (other clients). */
export const portForwardDialects = {
  'SPDY/3.1+portforward.k8s.io': 'tunnel',
  'v5.channel.k8s.io': 'channels',
  'v4.channel.k8s.io': 'channels',
} as const

/** Unwraps a SPDY byte stream from WebSocket messages; where messages begin and end means nothing. */
export function joinTunnel(client: WebSocket, backend: Upgraded): void {
  join(byteStream(client), Buffer.alloc(0), backend)
}

function byteStream(client: WebSocket): Duplex {
  const stream = new DuplexStream({
    read: () => client.resume(),
    write(chunk: Buffer, _, done) {
      if (client.readyState === client.OPEN) client.send(chunk, { binary: true }, () => done())
      else done()
    },
    final(done) {
      client.close(1000)
      done()
    },
    destroy(error, done) {
      client.close(1000)
      done(error)
    },
  })
  client.on('message', (data: Buffer) => {
    if (!stream.push(data)) client.pause()
  })
  client.once('close', () => stream.push(null))
  return stream
}

/**
 * The dialect of numbered channels: port n of the query has channel 2n for its data and 2n+1 for errors; the first message
 * on each is the port, 16 bits little-endian.
 */
export function joinChannels(client: WebSocket, runtime: SpdySession, ports: readonly number[]): void {
  const data = ports.map((port, index) => {
    const common = { port: String(port), requestid: String(index) }
    const error = runtime.open({ ...common, streamtype: 'error' })
    error.end()
    const stream = runtime.open({ ...common, streamtype: 'data' })
    for (const one of [error, stream]) one.on('error', () => runtime.destroy())
    const name = Buffer.alloc(2)
    name.writeUInt16LE(port)
    const on = (number: number) => (bytes: Buffer) => Buffer.concat([Buffer.of(number), bytes])
    client.send(on(2 * index)(name))
    client.send(on(2 * index + 1)(name))
    void pump(stream, client, on(2 * index)).catch(() => runtime.destroy())
    void pump(error, client, on(2 * index + 1)).catch(() => runtime.destroy())
    return stream
  })
  client.on('message', (message: Buffer) => {
    const stream = message[0]! % 2 === 0 ? data[message[0]! / 2] : undefined
    if (!stream?.writable || message.length < 2 || stream.write(message.subarray(1))) return
    client.pause()
    stream.once('drain', () => client.resume())
  })
  client.once('close', () => runtime.destroy())
  let open = data.length
  for (const stream of data)
    stream.once('close', () => {
      open--
      if (open === 0) client.close(1000)
    })
}

/** Throws BadRequest unless the query names at least one port. */
export function portsIn(query: URLSearchParams): number[] {
  const ports = query
    .getAll('ports')
    .flatMap((value) => value.split(','))
    .map(Number)
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65535)
  if (ports.length === 0 || wrong !== undefined)
    throw badRequest('query parameter "ports" must name ports from 1 to 65535')
  return ports
}
