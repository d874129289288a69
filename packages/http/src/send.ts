import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '@sampan/kit/log'
import { type Answer, isAnswer, json } from './answer.ts'
import { problemFrom } from './problem-json.ts'

/** Answers what a handler returned. A stream is cut with `signal`, or when the caller goes away. */
export async function send(request: IncomingMessage, response: ServerResponse, result: unknown, signal: AbortSignal) {
  if (response.headersSent || response.writableEnded) return // the handler has answered by itself
  const { status, headers, body } = answerFrom(request, result)
  response.statusCode = status
  if (!('cache-control' in headers)) response.setHeader('cache-control', 'no-store')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    if (status !== 204 && status !== 304) response.setHeader('content-length', bytes?.length ?? 0)
    response.end(request.method === 'HEAD' ? undefined : bytes)
    return
  }
  response.flushHeaders()
  await pour(body, response, signal)
}

function answerFrom(request: IncomingMessage, result: unknown): Answer {
  if (isAnswer(result)) return result
  if (result === undefined) return { ...json(null), status: 204, headers: {}, body: undefined }
  return json(result, { status: request.method === 'POST' && isNewObject(result) ? 201 : 200 })
}

const isNewObject = (value: unknown) => typeof value === 'object' && value !== null && 'metadata' in value

async function pour(body: AsyncIterable<Uint8Array | string>, response: ServerResponse, signal: AbortSignal) {
  const iterator = body[Symbol.asyncIterator]()
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped')
    signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stopped])
      if (next === 'stopped' || next.done) break
      if (!response.write(next.value)) await Promise.race([once(response, 'drain'), stopped])
    }
  } finally {
    // Not awaited: a source that is waiting for its next item answers only when that comes.
    iterator.return?.()?.then(undefined, () => undefined)
    // What is cut short must not be taken for the whole: who follows a log takes it up again.
    if (signal.aborted) response.destroy()
    else response.end()
  }
}

interface About {
  requestId: string
  log: Log
}

/** Answers an error as problem+json; one that comes after the answer has begun cuts the connection, so nobody takes it as whole. */
export function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, { requestId, log }: About) {
  const problem = problemFrom(error, requestId)
  if (response.destroyed) return
  if (problem.status >= 500) log.error('request failed', { path: request.url?.split('?', 1)[0], error })
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify(problem)
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer realm="sampan"' }),
    // What is left of a body that nobody will read must not be taken for the next request.
    ...(!request.complete && { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The same for a connection that wanted to be upgraded. */
export function refuseSocket(socket: Duplex, error: unknown, { requestId, log }: About) {
  const problem = problemFrom(error, requestId)
  if (problem.status >= 500) log.error('stream failed', { error })
  if (socket.destroyed || !socket.writable) return
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
  )
}
