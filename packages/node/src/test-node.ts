import { join } from 'node:path'
import { caches } from '@sampan/client/caches'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { systemClock } from '@sampan/kit/clock'
import { type Log, silent } from '@sampan/kit/log'
import { type Event, event } from '@sampan/resources/core/event'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { createNode, type NodeAgent } from './node.ts'
import { startContainerd, type TestContainerd } from './test-containerd.ts'

/** A node agent over a real containerd and an API in memory. */
export interface TestNode {
  containerd: TestContainerd
  client: MemoryClient
  agent: NodeAgent
  nodeName: string
  /** Makes a pod that is bound to this node. */
  run(name: string, spec: Partial<Pod['spec']>, metadata?: Partial<Pod['metadata']>): Promise<Pod>
  get(name: string): Promise<Pod | undefined>
  /** Resolves with the pod once `is` holds. Throws with its status after `ms`. */
  until(name: string, is: (pod: Pod) => unknown, ms?: number): Promise<Pod>
  untilGone(name: string, ms?: number): Promise<void>
  logs(
    name: string,
    container: string,
    options?: { previous?: boolean; follow?: boolean; tailLines?: number },
  ): Promise<string>
  events(name: string): Promise<Event[]>
  /** A new agent in place of this one, as after a crash; `meanwhile` happens while there is none. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** Answers token requests, which the API in memory does not. */
function withTokens(client: MemoryClient): MemoryClient {
  const raw: MemoryClient['raw'] = async (request) => {
    if (!request.path.endsWith('/token')) return client.raw(request)
    const expirationTimestamp = new Date(Date.now() + 3_600_000).toISOString()
    return {
      status: 201,
      headers: {},
      object: async () => ({ status: { token: `token-${request.path.split('/').at(-2)}`, expirationTimestamp } }),
      bytes: () => client.logs({ name: '' }),
      events: () => client.watch(podKind, {}),
    }
  }
  return { ...client, raw }
}

/** `prepare` is given the home before the agent starts. */
export async function startNode(
  name: string,
  subnet: number,
  { log = silent, prepare }: { log?: Log; prepare?(home: string): Promise<unknown> } = {},
): Promise<TestNode> {
  const containerd = await startContainerd(name, subnet)
  await prepare?.(containerd.home)
  const client = withTokens(memoryClient())
  const nodeName = `node-${name}`
  let shared = caches({ client })
  let agent = agentOf()
  let aborter = new AbortController()

  function agentOf(): NodeAgent {
    return createNode({
      client,
      caches: shared,
      clock: systemClock,
      log,
      nodeName,
      nodeIP: '127.0.0.1',
      podCIDR: containerd.podCIDR,
      dnsIP: '10.190.0.10',
      clusterDomain: 'cluster.local',
      apiPort: 6443,
      folders: {
        pods: join(containerd.home, 'pods'),
        logs: join(containerd.home, 'logs'),
        state: `/run/sampan/test-${name}`,
        seccomp: join(containerd.home, 'seccomp'),
      },
      cgroupRoot: containerd.cgroupRoot,
    })
  }
  const close = async () => {
    aborter.abort()
    await agent.close()
    await shared.close()
  }
  await agent.start(aborter.signal).catch(async (error: unknown) => {
    await close()
    await containerd.stop()
    throw error
  })

  const get = (pod: string) => client.find(podKind, { namespace: 'default', name: pod })
  return {
    containerd,
    client,
    get agent() {
      return agent
    },
    nodeName,
    get,
    run: (pod, spec, metadata) =>
      client.create(podKind, {
        metadata: { namespace: 'default', ...metadata, name: pod },
        spec: { nodeName, terminationGracePeriodSeconds: 1, containers: [], ...spec },
      }),
    async until(pod, is, ms = 15_000) {
      const signal = AbortSignal.timeout(ms)
      const first = await get(pod)
      if (first && is(first)) return first
      for await (const change of client.watch(podKind, { namespace: 'default', signal })) {
        if (change.type !== 'ERROR' && change.object.metadata.name === pod && is(change.object)) return change.object
      }
      throw new Error(`pod ${pod} is not as wanted: ${JSON.stringify((await get(pod))?.status, null, 1)}`)
    },
    async untilGone(pod, ms = 15_000) {
      const signal = AbortSignal.timeout(ms)
      const watch = client.watch(podKind, { namespace: 'default', signal })
      if (!(await get(pod))) return
      for await (const change of watch) if (change.type === 'DELETED' && change.object.metadata.name === pod) return
      throw new Error(`pod ${pod} is still there: ${JSON.stringify((await get(pod))?.status)}`)
    },
    async logs(pod, container, options = {}) {
      const chunks: Uint8Array[] = []
      const signal = AbortSignal.timeout(15_000)
      for await (const chunk of await agent.streams.logs((await get(pod))!, { container, ...options, signal }))
        chunks.push(chunk)
      return Buffer.concat(chunks).toString('utf8')
    },
    async events(pod) {
      const { items } = await client.list(event, { namespace: 'default', fields: `involvedObject.name=${pod}` })
      return items
    },
    async restart(meanwhile) {
      await close()
      await meanwhile?.()
      aborter = new AbortController()
      shared = caches({ client })
      agent = agentOf()
      await agent.start(aborter.signal)
    },
    async stop() {
      await close()
      await containerd.stop()
    },
  }
}
