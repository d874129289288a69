import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuth } from '@sampan/apiserver/auth/auth'
import { bootstrap } from '@sampan/apiserver/auth/bootstrap'
import { systemUser } from '@sampan/apiserver/auth/interfaces'
import { kubeconfigText } from '@sampan/apiserver/auth/kubeconfig'
import { apiNames, openPki } from '@sampan/apiserver/auth/pki'
import { hostUse } from '@sampan/apiserver/metrics/host-use'
import { meter } from '@sampan/apiserver/metrics/meter'
import { nodeProxy } from '@sampan/apiserver/metrics/node-proxy'
import { resourceMetrics } from '@sampan/apiserver/metrics/resource-metrics'
import { objectsOf } from '@sampan/apiserver/objects'
import { createApiServer } from '@sampan/apiserver/server'
import { proxies } from '@sampan/apiserver/streams/proxies'
import { podStreams } from '@sampan/apiserver/streams/streams'
import { caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { systemClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { createNode } from '@sampan/node/node'
import { startContainerd } from '@sampan/node/test-containerd'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { builtInKinds } from '@sampan/resources/kinds'
import { memoryStore } from '@sampan/store/memory'

/** A Kubernetes API over TLS with a node that runs pods on a real containerd: no controllers, no scheduler. */
export interface StreamsNode {
  kubeconfig: string
  url: string
  /** Over HTTP, as the administrator. */
  client: Client
  busybox: string
  nodeName: string
  /** Runs `script` in a pod of one container, `main`, and waits until it runs. */
  run(name: string, script: string): Promise<Pod>
  stop(): Promise<void>
}

/** `name` and `subnet`: unlike every other test's on this machine. */
export async function startStreamsNode(name: string, subnet: number): Promise<StreamsNode> {
  const containerd = await startContainerd(name, subnet)
  const stopping = new AbortController()
  const store = memoryStore()
  const objects = objectsOf(store)
  const pki = await openPki({
    folder: join(containerd.home, 'pki'),
    dnsNames: apiNames('cluster.local'),
    addresses: ['127.0.0.1'],
    clients: { admin: { user: 'admin', groups: ['system:masters'] } },
    now: new Date(),
  })
  const parts = createAuth({
    objects,
    serviceAccountKey: pki.serviceAccountKey,
    issuer: 'https://kubernetes.default.svc',
    signal: stopping.signal,
  })
  const api = createApiServer({ store, definitions: builtInKinds, ...parts })
  const inside = api.transport(systemUser)
  await bootstrap({
    transport: inside,
    objects,
    ca: pki.ca,
    frontProxyCa: pki.ca,
    nodeIP: '127.0.0.1',
    apiPort: 6443,
    apiServiceIP: '10.190.0.1',
    serviceCIDR: '10.190.0.0/16',
  })
  const client = clientOver(inside)
  const nodeName = `node-${name}`
  const shared = caches({ client })
  const agent = createNode({
    client,
    caches: shared,
    clock: systemClock,
    log: silent,
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
  const { signal } = stopping
  const use = meter({ stats: agent.stats, host: hostUse, now: () => new Date(), everyMs: 700, log: silent, signal })
  for (const kind of resourceMetrics(use, objects, nodeName)) api.addComputedKind(kind)
  for (const handler of [...podStreams(agent.streams), ...proxies(), nodeProxy(use, nodeName, agent.disk)])
    api.addSubresource(handler)
  await agent.start(stopping.signal)
  const server = createServer({ ...pki.serving, ca: pki.ca, requestCert: true, rejectUnauthorized: false }, api.handler)
  server.on('upgrade', api.upgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kubeconfig = join(containerd.home, 'kubeconfig')
  await mkdir(containerd.home, { recursive: true })
  await writeFile(
    kubeconfig,
    kubeconfigText({ name: 'test', server: url, ca: pki.ca, user: 'admin', credentials: pki.clients.admin }),
    { mode: 0o600 },
  )
  const transport = httpTransport(await readKubeconfig(kubeconfig))
  const outside = clientOver(transport)

  return {
    kubeconfig,
    url,
    client: outside,
    busybox: containerd.busybox,
    nodeName,
    async run(pod, script) {
      const at = { namespace: 'default', name: pod }
      await client.create(podKind, {
        metadata: at,
        spec: {
          nodeName,
          terminationGracePeriodSeconds: 1,
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          containers: [
            { name: 'main', image: containerd.busybox, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] },
          ],
        },
      })
      const signal = AbortSignal.timeout(20_000)
      for await (const event of client.watch(podKind, {
        namespace: 'default',
        fields: `metadata.name=${pod}`,
        signal,
      })) {
        if (event.type === 'ERROR') throw new Error(event.object.message)
        if (event.object.status?.containerStatuses?.[0]?.ready || event.object.status?.phase === 'Succeeded')
          return event.object
      }
      throw new Error(`pod ${pod} did not start`)
    },
    async stop() {
      stopping.abort()
      await transport.close?.()
      server.close()
      server.closeAllConnections()
      await agent.close()
      await shared.close()
      await api.close()
      await store.close()
      await containerd.stop()
    },
  }
}
