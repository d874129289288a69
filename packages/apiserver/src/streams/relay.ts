import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Call, SubresourceCall } from '../handlers.ts'
import { join } from './pass-through.ts'

type Asked = Pick<Call | SubresourceCall, 'headers' | 'request' | 'bytes'>

/** Of one connection only, or of the caller's way to us: credentials for this API are nothing for a server behind it. */
const dropped =
  /^(authorization|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|impersonate-.*|x-remote-.*)$/

/** Headers of a call that a server behind this one gets, and where the call came from. */
export function passedHeaders({ headers, request }: Pick<Asked, 'headers' | 'request'>) {
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !dropped.test(name)) passed[name] = value
  const from = request?.socket.remoteAddress
  if (from) passed['x-forwarded-for'] = headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${from}` : from
  if (headers.host) passed['x-forwarded-host'] = headers.host
  passed['x-forwarded-proto'] = 'https'
  return passed
}

/** Headers of its answer that the caller gets. */
export function answerHeaders({ headers }: IncomingMessage): Record<string, string> {
  const answer: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.test(name) || name === 'content-length') continue
    answer[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return answer
}

/** Sends the body of a call on; resolves with the answer. `failed` makes the error of a server that cannot be reached. */
export const relay = (sent: ClientRequest, call: Asked, failed: (cause: Error) => Error): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sent.once('response', resolve)
    sent.on('error', (cause) => reject(failed(cause)))
    if (call.request) call.request.pipe(sent)
    else
      call.bytes().then(
        (bytes) => sent.end(bytes),
        (error: Error) => sent.destroy(error),
      )
  })

/** The same for calls that become a stream of bytes; resolves when the two connections are one, or it was refused. */
export const relayUpgrade = (
  sent: ClientRequest,
  socket: Duplex,
  head: Buffer,
  failed: (cause: Error) => Error,
): Promise<void> =>
  new Promise((resolve, reject) => {
    sent.once('upgrade', (response, backend, backendHead) => {
      socket.write(switching(response))
      join(socket, head, { response, socket: backend, head: backendHead })
      resolve()
    })
    sent.once('response', (response) => {
      socket.write(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nconnection: close\r\n\r\n`)
      response.pipe(socket)
      resolve()
    })
    sent.on('error', (cause) => reject(failed(cause)))
    sent.end()
  })

const switching = ({ rawHeaders }: IncomingMessage) => {
  const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`
}
