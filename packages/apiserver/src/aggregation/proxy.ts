import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Duplex } from 'node:stream'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import type { Pair } from '../auth/issue.ts'
import type { Answer, Call, WatchSource } from '../handlers.ts'
import type { Objects } from '../objects.ts'
import { answerHeaders, passedHeaders, relay, relayUpgrade } from '../streams/relay.ts'
import { connectionTo, identityHeaders, unavailable } from './reach.ts'
import { isAvailable, type Remote } from './remotes.ts'

export interface Behind {
  objects: Objects
  client: Pair
}

/** Hands a call to the server that answers for its group version. Throws ServiceUnavailable when that cannot be reached. */
export async function forward(remote: Remote, call: Call, behind: Behind): Promise<Answer> {
  if (!isAvailable(remote)) throw unavailable()
  const response = await send(remote, call, behind)
  const status = response.statusCode!
  const headers = answerHeaders(response)
  if (call.request) return { status, headers, stream: response }
  if (call.verb === 'watch' && status === 200) return { status, headers, watch: watchFrom(response) }
  return { status, headers, object: await objectFrom(response) }
}

const failed = (cause: Error) => unavailable(`error trying to reach service: ${cause.message}`, { cause })

function send(remote: Remote, call: Call, { objects, client }: Behind): Promise<IncomingMessage> {
  const sent = request({
    ...connectionTo(remote, objects, client),
    method: call.method,
    path: urlOf(call),
    headers: headersFor(call),
    signal: call.signal,
  })
  return relay(sent, call, failed)
}

const urlOf = ({ request, path, query }: Call) =>
  request?.url ?? `${encodeURI(path)}${query.size > 0 ? `?${query}` : ''}`

function headersFor(call: Call): Record<string, string | string[]> {
  const passed = passedHeaders(call)
  delete passed['http2-settings'] // of the caller's connection alone
  if (!call.request) {
    delete passed['accept-encoding']
    if (call.method !== 'GET') passed['content-type'] ??= 'application/json'
  }
  return { ...passed, ...identityHeaders(call.user) }
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
  const sent = request({
    ...connectionTo(remote, objects, client),
    method: call.method,
    path: urlOf(call),
    headers: { ...headersFor(call), connection: 'Upgrade', upgrade: call.headers.upgrade! },
  })
  return relayUpgrade(sent, socket, head, failed)
}
