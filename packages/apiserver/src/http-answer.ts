import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { encode } from './encode.ts'
import type { Answer } from './handlers.ts'
import { sendBody } from './http-body.ts'
import { chunkOf } from './http-chunk.ts'

type Headers = Record<string, string | string[] | number>

/** Writes an answer. Streams and watches send their header at once: clients wait for it, not for the first byte. */
export function sendAnswer(response: ServerResponse, answer: Answer, warnings: readonly string[]): Promise<void> {
  const headers: Headers = { ...answer.headers }
  if (warnings.length > 0) headers.warning = warnings.slice(0, 50).map(warningHeader)
  if ('watch' in answer) return sendPieces(response, answer.status, headers, answer.watch.lines())
  if ('stream' in answer) return sendPieces(response, answer.status, headers, one(answer.stream))
  if ('text' in answer) {
    headers['content-type'] ??= 'text/plain; charset=utf-8'
    return sendBody(response, answer.status, headers, [Buffer.from(answer.text)])
  }
  headers['content-type'] ??= 'application/json'
  headers['cache-control'] ??= 'no-cache, private'
  return sendBody(response, answer.status, headers, 'json' in answer ? answer.json : [encode(answer.object)])
}

async function sendPieces(
  response: ServerResponse,
  status: number,
  headers: Headers,
  batches: AsyncIterable<Uint8Array[]>,
): Promise<void> {
  response.writeHead(status, { 'cache-control': 'no-cache, private', ...headers })
  response.flushHeaders()
  const { socket } = response
  // A chunk that is framed once goes to a thousand watchers as it is, in one write each; Node's own framing takes two.
  const isDirect = socket !== null && response.chunkedEncoding && response.req.method !== 'HEAD'
  for await (const batch of batches) {
    if (response.destroyed) break
    const hasRoom = isDirect ? socket.write(chunkOf(batch)) : response.write(Buffer.concat(batch))
    if (!hasRoom && !response.destroyed) await drained(isDirect ? socket : response, response)
  }
  response.end()
}

/** Resolves when there is room again in `through`, or nobody is there any more. */
function drained(through: Writable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      through.removeListener('drain', done)
      response.removeListener('close', done)
      resolve()
    }
    through.on('drain', done)
    response.on('close', done)
  })
}

async function* one(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  for await (const piece of stream) yield [piece]
}

/** RFC 7234: code 299, no agent, the text quoted. Control characters cannot be in a header. */
const warningHeader = (text: string) =>
  `299 - "${text
    .replace(/[^ -~]/g, ' ')
    .replace(/[\\"]/g, '\\$&')
    .slice(0, 4096)}"`
