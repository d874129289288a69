import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { request } from 'node:https'
import type { Duplex } from 'node:stream'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import type { Pair } from '../auth/issue.ts'
import type { Answer, Call, WatchSource } from '../handlers.ts'
import type { Objects } from '../objects.ts'
import { join } from '../streams/pass-through.ts'
import { connectionTo, identityHeaders, unavailable } from './reach.ts'
import { isAvailable, type Remote } from './remotes.ts'

/** Of one connection only, or who the caller says to be: that is said by us. */
const dropped =
  /^(authorization|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|impersonate-.*|x-remote-.*|http2-settings)$/

export interface Behind {
  objects: Objects
  client: Pair
}

/** Hands a call to the server that answers for its group version. Throws ServiceUnavailable when that cannot be reached. */
export async function forward(remote: Remote, call: Call, behind: Behind): Promise<Answer> {
  if (!isAvailable(remote)) throw unavailable()
  const response = await send(remote, call, behind)
  const status = response.statusCode!
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers))
    if (value !== undefined && !dropped.test(name) && name !== 'content-length')
      headers[name] = Array.isArray(value) ? value.join(', ') : value
  if (call.request) return { status, headers, stream: response }
  if (call.verb === 'watch' && status === 200) return { status, headers, watch: watchFrom(response) }
  return { status, headers, object: await objectFrom(response) }
}

function send(remote: Remote, call: Call, { objects, client }: Behind): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({
      ...connectionTo(remote, objects, client),
      method: call.method,
      path: urlOf(call),
      headers: headersFor(call),
      signal: call.signal,
    })
    sent.once('response', resolve)
    sent.on('error', (cause) => reject(unavailable(`error trying to reach service: ${cause.message}`, { cause })))
    if (call.request) call.request.pipe(sent)
    else
      call.bytes().then(
        (bytes) => sent.end(bytes),
        (error: Error) => sent.destroy(error),
      )
  })
}

const urlOf = ({ request, path, query }: Call) =>
  request?.url ?? `${encodeURI(path)}${query.size > 0 ? `?${query}` : ''}`

function headersFor({ headers, request, user, method }: Call): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !dropped.test(name)) passed[name] = value
  const from = request?.socket.remoteAddress
  if (from) passed['x-forwarded-for'] = headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${from}` : from
  if (headers.host) passed['x-forwarded-host'] = headers.host
  passed['x-forwarded-proto'] = 'https'
  if (!request) {
    delete passed['accept-encoding']
    if (method !== 'GET') passed['content-type'] ??= 'application/json'
  }
  return { ...passed, ...identityHeaders(user) }
}

async function objectFrom(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece)
  const text = Buffer.concat(pieces).toString()
  return /json/.test(response.headers['content-type'] ?? '') && text ? JSON.parse(text) : text
}

/** The lines of a watch, for callers inside of the process. */
function watchFrom(response: IncomingMessage): WatchSource {
  async function* lines(): AsyncGenerator<Uint8Array[]> {
    for await (const piece of response as AsyncIterable<Buffer>) yield [piece]
  }
  async function* events(): AsyncGenerator<WatchEvent<KubeObject>> {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const piece of response as AsyncIterable<Buffer>) {
      rest += decoder.decode(piece, { stream: true })
      const complete = rest.split('\n')
      rest = complete.pop()!
      for (const line of complete) if (line.trim()) yield JSON.parse(line) as WatchEvent<KubeObject>
    }
  }
  return { lines, events }
}

/** The same for calls that become a stream of bytes. */
export function forwardUpgrade(
  remote: Remote,
  call: Call,
  socket: Duplex,
  head: Buffer,
  { objects, client }: Behind,
): Promise<void> {
  if (!isAvailable(remote)) throw unavailable()
  return new Promise((resolve, reject) => {
    const sent = request({
      ...connectionTo(remote, objects, client),
      method: call.method,
      path: urlOf(call),
      headers: { ...headersFor(call), connection: 'Upgrade', upgrade: call.headers.upgrade! },
    })
    sent.once('upgrade', (response, backend, backendHead) => {
      socket.write(`HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${rawLines(response)}\r\n\r\n`)
      join(socket, head, { response, socket: backend, head: backendHead })
      resolve()
    })
    sent.once('response', (response) => {
      socket.write(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nconnection: close\r\n\r\n`)
      response.pipe(socket)
      resolve()
    })
    sent.on('error', (cause) => reject(unavailable(`error trying to reach service: ${cause.message}`, { cause })))
    sent.end()
  })
}

const rawLines = ({ rawHeaders }: IncomingMessage) =>
  rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : [])).join('\r\n')
