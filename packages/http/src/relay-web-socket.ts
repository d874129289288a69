import type { Duplex } from 'node:stream'
import { badRequest } from '@sampan/resources/errors'
import type { Connection } from '@sampan/resources/transport'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Anyone, SocketCall } from './route.ts'

type Call = Pick<SocketCall<unknown, Anyone>, 'request' | 'socket' | 'head'>

const maxMessage = 32 * 1024 * 1024

/**
 * Lets a WebSocket client speak with what `open` connects to, message by message, each side no faster than the other. The
 * other side is opened first, with the client's subprotocols, so that its refusal is answered as one.
 */
export async function relayWebSocket(
  { request, socket, head }: Call,
  open: (protocols: string[]) => Promise<Connection>,
): Promise<void> {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket')
    throw badRequest('Only WebSocket connections are answered here.')
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const { protocol, messages } = await open(offered.filter(Boolean))
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessage,
    handleProtocols: () => protocol || false,
  })
  socket.once('close', () => messages.destroy()) // also when the handshake fails
  server.handleUpgrade(request, socket, head, (client) => join(client, messages))
}

function join(client: WebSocket, messages: Duplex) {
  client.on('error', () => client.terminate()) // 'close' follows
  client.on('message', (data: Buffer) => {
    if (messages.destroyed || messages.write(data)) return
    client.pause()
    messages.once('drain', () => client.resume())
  })
  client.once('close', () => messages.destroy())
  void (async () => {
    try {
      for await (const message of messages as AsyncIterable<Buffer>) {
        if (client.readyState !== client.OPEN) return
        await new Promise<void>((resolve) => client.send(message, { binary: true }, () => resolve()))
      }
      client.close(1000)
    } catch {
      client.close(1011) // the other side broke off: nothing more to say than that
    }
  })()
}
