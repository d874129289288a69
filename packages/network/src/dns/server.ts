import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import type { Log } from '@sampan/kit/log'
import { type Answering, answerTo, udpLimit } from './answer.ts'
import { framed } from './forward.ts'

export interface DnsServer {
  address: string
  port: number
  close(): Promise<void>
}

export interface DnsServerOptions extends Answering {
  /** Listened on for UDP and TCP alike; nothing else hears us. */
  address: string
  port: number
  log: Log
}

const idleMs = 10_000
const connectionsAtMost = 256

/** Listens; throws what the operating system says (EADDRINUSE, EADDRNOTAVAIL) when it cannot. */
export async function dnsServer({ address, port, log, ...answering }: DnsServerOptions): Promise<DnsServer> {
  const tcp = createServer((socket) => serve(socket))
  tcp.maxConnections = connectionsAtMost
  const connections = new Set<Socket>()

  function serve(socket: Socket) {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy()) // the client went away
    socket.setTimeout(idleMs, () => socket.destroy())
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 2) {
        const length = received.readUInt16BE(0)
        if (received.length < 2 + length) break
        const message = received.subarray(2, 2 + length)
        received = received.subarray(2 + length)
        reply(message, 65_535, (answer) => !socket.destroyed && socket.write(framed(answer)))
      }
    })
  }

  function reply(message: Buffer, limit: number, send: (answer: Buffer) => void) {
    answerTo(message, limit, answering).then(
      (answer) => answer && send(answer),
      (error) => log.warn('a DNS question could not be answered', { error }),
    )
  }

  tcp.listen(port, address)
  await once(tcp, 'listening')
  const at = (tcp.address() as { port: number }).port
  const udp = createSocket('udp4')
  udp.on('message', (message, from) =>
    reply(message, udpLimit(message), (answer) => udp.send(answer, from.port, from.address)),
  )
  try {
    udp.bind(at, address)
    await once(udp, 'listening')
  } catch (error) {
    tcp.close()
    throw error
  }
  udp.on('error', (error) => log.warn('cluster DNS', { error }))
  tcp.on('error', (error) => log.warn('cluster DNS over TCP', { error }))

  return {
    address,
    port: at,
    async close() {
      for (const socket of connections) socket.destroy()
      await Promise.all([promisify(tcp.close.bind(tcp))(), promisify(udp.close.bind(udp))()])
    },
  }
}
