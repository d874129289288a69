import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { notFound, StatusError } from '@sampan/resources/errors'
import type { Answer, SubresourceCall, SubresourceHandler } from '../handlers.ts'
import { rewrittenHtml, rewrittenLocation } from './proxy-rewrite.ts'
import { leadsToPod, type ProxyTarget, podTarget, proxyName, serviceTarget } from './proxy-target.ts'
import { answerHeaders, passedHeaders, relay, relayUpgrade } from './relay.ts'

const verbs = ['create', 'delete', 'get', 'patch', 'update']
const maxHtml = 4 * 1024 * 1024

/** `pods/proxy` and `services/proxy`: HTTP (and its upgrades) to what runs inside the cluster. */
export function proxies(random: () => number = Math.random): SubresourceHandler[] {
  const of = (plural: string, targetOf: (call: SubresourceCall) => ProxyTarget): SubresourceHandler => ({
    group: '',
    plural,
    subresource: 'proxy',
    kind: { kind: plural === 'pods' ? 'PodProxyOptions' : 'ServiceProxyOptions' },
    verbs,
    handle: (call) => forward(call, () => targetOf(call)),
    upgrade: (call, socket, head) => forwardUpgrade(call, targetOf(call), socket, head),
  })
  return [
    of('pods', (call) => {
      const asked = proxyName(call.name)
      const pod = call.objects.get<Pod>(podKind, asked.name, call.namespace)
      if (!pod) throw notFound(podKind, asked.name)
      return podTarget(pod, asked)
    }),
    of('services', ({ objects, namespace = '', name }) =>
      serviceTarget(objects, namespace, proxyName(name), random, leadsToPod(objects, namespace)),
    ),
  ]
}

/** Splits the path as it was sent: what belongs to us, and what the target gets, with its query. */
export function splitProxyPath(url: string): { prefix: string; path: string } {
  const [path, query] = url.split('?', 2) as [string, string?]
  const segments = path.split('/')
  return {
    prefix: segments.slice(0, 8).join('/'),
    path: `/${segments.slice(8).join('/')}${query === undefined ? '' : `?${query}`}`,
  }
}

async function forward(call: SubresourceCall, targetOf: () => ProxyTarget): Promise<Answer> {
  const url = call.request?.url ?? `${call.path}${call.query.size > 0 ? `?${call.query}` : ''}`
  const { prefix, path } = splitProxyPath(url)
  // Relative links of the page at the root only work behind a slash. Other methods have no page to look at.
  const isRead = call.method === 'GET' || call.method === 'HEAD'
  if (call.rest === undefined && isRead)
    return { status: 301, headers: { location: `${prefix}/${path.slice(1)}` }, text: '' }
  const target = targetOf()
  const response = await ask(call, target, path)
  const headers = headersFrom(response, prefix, target)
  if (isHtml(response)) {
    return { status: response.statusCode!, headers, text: rewrittenHtml(await textOf(response), prefix) }
  }
  return { status: response.statusCode!, headers, stream: response }
}

const failed = (cause: Error) =>
  new StatusError('ServiceUnavailable', `error trying to reach service: ${cause.message}`, undefined, { cause })

function ask(call: SubresourceCall, target: ProxyTarget, path: string): Promise<IncomingMessage> {
  return relay(requestTo(target, call, path, {}, call.signal), call, failed)
}

function requestTo(
  { secure, host, port }: ProxyTarget,
  call: SubresourceCall,
  path: string,
  more: Record<string, string>,
  signal?: AbortSignal,
) {
  const { 'accept-encoding': _, ...passed } = passedHeaders(call) // pages are read on their way
  const start = secure ? httpsRequest : httpRequest
  return start({
    host,
    port,
    path,
    method: call.method,
    headers: { ...passed, host: `${host}:${port}`, ...more },
    agent: false,
    ...(signal && { signal }),
    rejectUnauthorized: false, // pods have certificates of their own making
  })
}

function headersFrom(
  response: IncomingMessage,
  prefix: string,
  { secure, host, port }: ProxyTarget,
): Record<string, string> {
  const answer = answerHeaders(response)
  const scheme = secure ? 'https' : 'http'
  if (answer.location)
    answer.location = rewrittenLocation(answer.location, prefix, [`${scheme}://${host}:${port}`, `${scheme}://${host}`])
  return answer
}

const isHtml = ({ headers }: IncomingMessage) =>
  headers['content-type']?.startsWith('text/html') &&
  !headers['content-encoding'] &&
  Number(headers['content-length'] ?? 0) <= maxHtml

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxHtml) throw new StatusError('InternalError', `the page is larger than ${maxHtml} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function forwardUpgrade(call: SubresourceCall, target: ProxyTarget, socket: Duplex, head: Buffer): Promise<void> {
  const { path } = splitProxyPath(call.request!.url!)
  const sent = requestTo(target, call, path, { connection: 'Upgrade', upgrade: call.headers.upgrade! })
  return relayUpgrade(sent, socket, head, failed)
}
