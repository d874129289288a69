import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { encode } from './encode.ts'
import type { Answer } from './handlers.ts'

/** Writes an answer. Streams and watches send their header at once: clients wait for it, not for the first byte. */
export async function sendAnswer(response: ServerResponse, answer: Answer, warnings: readonly string[]): Promise<void> {
  const headers: Record<string, string | string[] | number> = { ...answer.headers }
  if (warnings.length > 0) headers.warning = warnings.slice(0, 50).map(warningHeader)
  if ('watch' in answer) return sendPieces(response, answer.status, headers, answer.watch.lines())
  if ('stream' in answer) return sendPieces(response, answer.status, headers, one(answer.stream))
  if ('text' in answer) {
    headers['content-type'] ??= 'text/plain; charset=utf-8'
    return end(response, answer.status, headers, [Buffer.from(answer.text)])
  }
  headers['content-type'] ??= 'application/json'
  headers['cache-control'] ??= 'no-cache, private'
  end(response, answer.status, headers, 'json' in answer ? answer.json : [encode(answer.object)])
}

function end(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[] | number>,
  pieces: readonly Uint8Array[],
): void {
  let length = 0
  for (const piece of pieces) length += piece.length
  headers['content-length'] = length
  response.writeHead(status, headers)
  for (let i = 0; i < pieces.length - 1; i++) response.write(pieces[i])
  response.end(pieces.at(-1))
}

async function sendPieces(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[] | number>,
  batches: AsyncIterable<Uint8Array[]>,
): Promise<void> {
  response.writeHead(status, { 'cache-control': 'no-cache, private', ...headers })
  response.flushHeaders()
  for await (const batch of batches) {
    if (response.destroyed) break
    response.cork()
    let isFull = false
    for (const piece of batch) isFull = !response.write(piece) || isFull
    response.uncork()
    if (isFull && !response.destroyed) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
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
