import type { Duplex } from 'node:stream'
import type { Pod } from '@sampan/resources/core/pod'
import { badRequest, notFound } from '@sampan/resources/errors'
import type { NodeStreams } from '@sampan/resources/node-streams'
import type { Answer, SubresourceCall, SubresourceHandler } from '../handlers.ts'
import { commandHeaders, portForwardHeaders, upgradeBackend } from './backend.ts'
import { commandRequest, requireHost } from './command-request.ts'
import { joinCommand } from './command-socket.ts'
import { commandDialects } from './dialects.ts'
import { logStream } from './log.ts'
import { passThrough } from './pass-through.ts'
import { joinChannels, joinTunnel, portForwardDialects, portsIn } from './port-forward.ts'
import { spdySession } from './spdy.ts'
import { acceptWebSocket, isWebSocket, pump } from './web-sockets.ts'

const of = { group: '', plural: 'pods' }

/** `pods/log`, `pods/exec`, `pods/attach` and `pods/portforward`, carried out by the node. */
export function podStreams(node: NodeStreams): SubresourceHandler[] {
  return [
    {
      ...of,
      subresource: 'log',
      kind: { kind: 'Pod' },
      verbs: ['get'],
      handle: async (call) => ({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        stream: await logStream(node, call, () => missing(call)),
      }),
      upgrade: (call, socket, head) => logSocket(node, call, socket, head),
    },
    command('exec', 'PodExecOptions', (pod, request) => node.exec(pod, request), true),
    command('attach', 'PodAttachOptions', (pod, request) => node.attach(pod, request), false),
    {
      ...of,
      subresource: 'portforward',
      kind: { kind: 'PodPortForwardOptions' },
      verbs: ['create', 'get'],
      handle: needsUpgrade,
      async upgrade(call, socket, head) {
        const url = await node.portForward(podOf(call))
        if (!isWebSocket(call.request!)) return passThrough(call.request!, socket, head, url, call.signal)
        const ports = call.query.has('ports') ? portsIn(call.query) : []
        const backend = await upgradeBackend(url, portForwardHeaders, call.signal)
        const client = await acceptOr(() => backend.socket.destroy(), call, socket, head, portForwardDialects)
        if (portForwardDialects[client.protocol] === 'tunnel') joinTunnel(client.socket, backend)
        else joinChannels(client.socket, spdySession(backend.socket, backend.head), ports)
      },
    },
  ]
}

function command(
  subresource: 'exec' | 'attach',
  kind: string,
  start: (pod: Pod, request: ReturnType<typeof commandRequest>) => Promise<string>,
  needsCommand: boolean,
): SubresourceHandler {
  return {
    ...of,
    subresource,
    kind: { kind },
    verbs: ['create', 'get'],
    handle: needsUpgrade,
    async upgrade(call, socket, head) {
      const pod = podOf(call)
      const request = commandRequest(call.query, pod, { needsCommand })
      const url = await start(pod, request)
      if (!isWebSocket(call.request!)) return passThrough(call.request!, socket, head, url, call.signal)
      const backend = await upgradeBackend(url, commandHeaders, call.signal)
      const client = await acceptOr(() => backend.socket.destroy(), call, socket, head, commandDialects)
      const session = spdySession(backend.socket, backend.head)
      await joinCommand(client.socket, commandDialects[client.protocol]!, session, request)
    },
  }
}

/** A client that speaks none of the dialects must not leave the runtime waiting. */
async function acceptOr<Name extends string>(
  giveUp: () => void,
  { request }: SubresourceCall,
  socket: Duplex,
  head: Buffer,
  supported: Readonly<Record<Name, unknown>>,
) {
  try {
    return await acceptWebSocket(request!, socket, head, supported)
  } catch (error) {
    giveUp()
    throw error
  }
}

const logDialects = { '': false, 'binary.k8s.io': false, 'base64.binary.k8s.io': true }

/** A log over WebSocket: plain messages, no channels. */
async function logSocket(node: NodeStreams, call: SubresourceCall, socket: Duplex, head: Buffer): Promise<void> {
  const log = await logStream(node, call, () => missing(call))
  const client = await acceptWebSocket(call.request!, socket, head, logDialects)
  const base64 = logDialects[client.protocol]
  await pump(log as AsyncIterable<Buffer>, client.socket, (bytes) =>
    base64 ? Buffer.from(bytes).toString('base64') : bytes,
  )
  client.socket.close(1000)
}

function podOf(call: SubresourceCall): Pod {
  const pod = call.objects.get<Pod>(call.definition, call.name, call.namespace)
  if (!pod) throw missing(call)
  requireHost(pod)
  return pod
}

const missing = ({ definition, name }: SubresourceCall) => notFound(definition, name)

async function needsUpgrade(): Promise<Answer> {
  throw badRequest('Upgrade request required')
}
