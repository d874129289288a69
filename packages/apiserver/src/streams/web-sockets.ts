import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { badRequest } from '@sampan/resources/errors'
import { type WebSocket, WebSocketServer } from 'ws'
import { chooseProtocol } from './dialects.ts'

const maxMessage = 32 * 1024 * 1024

/**
 * Answers a WebSocket handshake with one of `supported` subprotocols. Throws BadRequest, before anything is written, when
 * the client offers none of them, and when it has gone meanwhile.
 */
export function acceptWebSocket<Name extends string>(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  supported: Readonly<Record<Name, unknown>>,
): Promise<{ socket: WebSocket; protocol: Name }> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const protocol = chooseProtocol(offered.filter(Boolean), supported)
  if (protocol === undefined)
    throw badRequest(
      `unable to upgrade: none of the subprotocols ${offered.join(', ') || '(none)'} is one of ${Object.keys(supported).filter(Boolean).join(', ')}`,
    )
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessage,
    handleProtocols: () => protocol || false,
  })
  return new Promise((resolve, reject) => {
    // The handshake says nothing when the client has gone or its headers are not good: it only closes.
    const gone = () => reject(badRequest('the client left before the stream began'))
    if (socket.destroyed) return gone()
    socket.once('close', gone)
    server.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('error', () => accepted.terminate()) // the other side broke the protocol or is gone: 'close' follows
      resolve({ socket: accepted, protocol: protocol as Name })
    })
  })
}

export const isWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket'

/** Sends what a stream says, message by message, no faster than the client reads. */
export async function pump(
  from: AsyncIterable<Buffer>,
  to: WebSocket,
  encode: (bytes: Buffer) => Buffer | string,
): Promise<void> {
  for await (const bytes of from) {
    if (to.readyState !== to.OPEN) return
    await new Promise<void>((resolve) => to.send(encode(bytes), () => resolve()))
  }
}
