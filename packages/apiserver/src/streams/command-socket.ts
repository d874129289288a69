import type { Duplex } from 'node:stream'
import type { ExecRequest } from '@sampan/resources/node-streams'
import type { WebSocket } from 'ws'
import { channel, type Dialect, decodeMessage, encodeMessage, endMessage } from './dialects.ts'
import type { SpdySession } from './spdy.ts'
import { pump } from './web-sockets.ts'

type Request = Omit<ExecRequest, 'command' | 'container'>

/**
 * Connects a WebSocket client with a command that the runtime runs for us over SPDY, translating dialects. SPDY because it
 * is the only one in which an older runtime lets us close stdin alone. Resolves when either side has gone.
 */
export async function joinCommand(
  client: WebSocket,
  dialect: Dialect,
  runtime: SpdySession,
  request: Request,
): Promise<void> {
  const open = (streamtype: string) => runtime.open({ streamtype })
  const error = open('error')
  const stdin = request.stdin ? open('stdin') : undefined
  const stdout = request.stdout ? open('stdout') : undefined
  const stderr = request.stderr ? open('stderr') : undefined
  const resize = request.tty ? open('resize') : undefined
  for (const stream of [error, stdin, stdout, stderr, resize]) stream?.on('error', () => runtime.destroy())

  const send = (to: number) => (bytes: Uint8Array) => encodeMessage(dialect, to, bytes)
  // Clients take the first message, an empty one, as the sign that the streams are there.
  const lowest = stdout ? channel.stdout : stderr ? channel.stderr : channel.error
  client.send(send(lowest)(Buffer.alloc(0)))

  client.on('message', (message: Buffer) => {
    const incoming = decodeMessage(dialect, message)
    if (!incoming) return
    if ('close' in incoming) {
      if (incoming.close === channel.stdin) stdin?.end()
      return
    }
    const to = incoming.channel === channel.stdin ? stdin : resize
    if (to?.writable) write(to, incoming.bytes, client)
  })
  client.once('close', () => runtime.destroy())

  const outputs = [
    stdout && pump(stdout, client, send(channel.stdout)),
    stderr && pump(stderr, client, send(channel.stderr)),
  ]
  const status = await textOf(error)
  await Promise.allSettled(outputs) // everything the command said comes before its end
  const last = status ? endMessage(dialect, status) : undefined
  if (last !== undefined && client.readyState === client.OPEN) client.send(send(channel.error)(Buffer.from(last)))
  client.close(status ? 1000 : 1011)
  runtime.destroy()
}

/** Holds the client back while the command does not read. */
function write(to: Duplex, bytes: Buffer, client: WebSocket) {
  if (to.write(bytes)) return
  client.pause()
  to.once('drain', () => client.resume())
}

async function textOf(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
  return Buffer.concat(chunks).toString()
}
