import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { silent } from '@sampan/kit/log'
import { node as nodeKind } from '@sampan/resources/core/node'
import { pod as podKind } from '@sampan/resources/core/pod'
import { builtInKinds } from '@sampan/resources/kinds'
import type { PodUse } from '@sampan/resources/node-usage'
import { memoryStore } from '@sampan/store/memory'
import { openAuth, systemUser } from '../auth/interfaces.ts'
import { objectsOf } from '../objects.ts'
import { createApiServer } from '../server.ts'
import { hostUse } from './host-use.ts'
import { cadvisorText, resourceMetricsText, volumeMetricsText } from './kubelet.ts'
import { meter } from './meter.ts'
import { kubeletPaths, nodeProxy } from './node-proxy.ts'
import { resourceMetrics } from './resource-metrics.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const mib = 1024 * 1024

/** A pod that uses a quarter of a core; every look is ten seconds later. */
function world(t: TestContext, pods: (seconds: number) => PodUse[]) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  let looks = 0
  const time = () => new Date(start + looks * 10_000)
  const watch = meter({
    stats: async () => {
      looks++
      return pods(looks * 10)
    },
    host: (now) => ({
      time: now,
      cpuNanos: (now.getTime() - start) * 1e6 * 1.5,
      memoryBytes: 600 * mib,
      memoryTotal: 1000 * mib,
    }),
    now: time,
    everyMs: 1,
    log: silent,
    signal: stop.signal,
  })
  const settled = async () => {
    while (looks < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return { watch, settled }
}

const fs = {
  time: new Date(start),
  usedBytes: 30,
  capacityBytes: 100,
  availableBytes: 70,
  inodes: 9,
  inodesUsed: 2,
  inodesFree: 7,
}
const disk = {
  node: fs,
  volumes: ['web', 'api'].map((name) => ({
    uid: `uid-${name}`,
    name,
    namespace: 'shop',
    volumes: [
      { ...fs, name: 'data', claim: 'orders' },
      { ...fs, name: 'tmp' },
    ],
  })),
}

const use = (name: string, seconds: number, startedAt = start): PodUse => ({
  uid: `uid-${name}`,
  name,
  namespace: 'shop',
  containers: [
    {
      name: 'main',
      time: new Date(start + seconds * 1000),
      cpuNanos: seconds * 0.25e9,
      memoryBytes: 10 * mib,
      memoryUsageBytes: 20 * mib,
      rssBytes: 5 * mib,
      diskBytes: 4096,
      startedAt: new Date(startedAt),
    },
  ],
})

test('rates come from two looks at the same run of a container', async (t) => {
  const { watch, settled } = world(t, (seconds) => [
    use('steady', seconds),
    use('restarting', seconds, start + seconds * 1000),
  ])
  await settled()
  const { pods } = await watch.latest()
  const rate = (pod: PodUse) => watch.rateOf(pod, pod.containers[0]!)
  assert.equal(rate(pods[0]!)?.cpu, 0.25)
  assert.equal(rate(pods[1]!), undefined, 'a new run has no past')
  assert.equal(watch.hostRate()?.cpu.toFixed(3), '1.500')
})

test('metrics.k8s.io answers through the API, and the node’s pages through its proxy', async (t) => {
  const { watch, settled } = world(t, (seconds) => [use('web', seconds)])
  await settled()
  const store = memoryStore()
  const objects = objectsOf(store)
  const api = createApiServer({ store, definitions: builtInKinds, auth: openAuth })
  for (const kind of resourceMetrics(watch, objects, 'node-1')) api.addComputedKind(kind)
  api.addSubresource(nodeProxy(watch, 'node-1', async () => disk))
  t.after(async () => {
    await api.close()
    await store.close()
  })
  const transport = api.transport(systemUser)
  const get = async (path: string) => {
    const answer = await transport.send({ method: 'GET', path })
    return { status: answer.status, body: (await answer.object()) as Record<string, never> }
  }
  const post = (path: string, body: object) => transport.send({ method: 'POST', path, body })
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await post('/api/v1/nodes', {
    apiVersion: nodeKind.version,
    kind: 'Node',
    metadata: { name: 'node-1', labels: { zone: 'a' } },
  })
  await post('/api/v1/namespaces/shop/pods', {
    apiVersion: podKind.version,
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'i' }] },
  })

  const base = '/apis/metrics.k8s.io/v1beta1'
  const pods = (await get(`${base}/namespaces/shop/pods?labelSelector=app%3Dweb`)).body as unknown as {
    kind: string
    items: object[]
  }
  assert.equal(pods.kind, 'PodMetricsList')
  assert.partialDeepStrictEqual(pods.items, [
    {
      metadata: { name: 'web', labels: { app: 'web' } },
      containers: [{ name: 'main', usage: { cpu: '250000000n', memory: '10Mi' } }],
    },
  ])
  assert.deepEqual(((await get(`${base}/pods?labelSelector=app%3Dother`)).body as { items?: unknown }).items, [])
  assert.partialDeepStrictEqual((await get(`${base}/nodes/node-1`)).body, {
    kind: 'NodeMetrics',
    usage: { memory: '600Mi' },
  })
  assert.equal((await get(`${base}/nodes/other`)).status, 404)
  assert.equal((await post(`${base}/nodes`, {})).status, 405)
  const { body: discovered } = await get(base)
  assert.deepEqual(
    (discovered as unknown as { resources: { name: string; verbs: string[] }[] }).resources.map(
      (one) => `${one.name} ${one.verbs}`,
    ),
    ['pods get,list', 'nodes get,list'],
  )

  const summary = (await get('/api/v1/nodes/node-1/proxy/stats/summary')).body as unknown as {
    node: { nodeName: string; fs: object }
    pods: { podRef: object; volume: object[] }[]
  }
  assert.equal(summary.node.nodeName, 'node-1')
  assert.deepEqual(summary.pods[0]?.podRef, { name: 'web', namespace: 'shop', uid: 'uid-web' })
  assert.partialDeepStrictEqual(summary.node.fs, { capacityBytes: 100, availableBytes: 70 })
  assert.partialDeepStrictEqual(summary.pods[0]?.volume, [
    { name: 'data', pvcRef: { name: 'orders', namespace: 'shop' }, usedBytes: 30, inodesFree: 7 },
    { name: 'tmp', usedBytes: 30 },
  ])
  assert.equal(((await get('/api/v1/nodes/node-1/proxy/pods')).body as { items?: unknown[] }).items?.length, 1)
  for (const handler of kubeletPaths(watch, 'node-1', async () => disk)) api.addPath(handler)
  assert.equal(((await get('/stats/summary')).body as unknown as typeof summary).node.nodeName, 'node-1')
  assert.equal((await get('/api/v1/nodes/node-1/proxy/nothing')).status, 404)
  assert.equal((await get('/api/v1/nodes/other/proxy/healthz')).status, 404)
})

test('the texts are Prometheus’ format', () => {
  const sample = { time: new Date(start), host: hostUse(new Date(start)), pods: [{ ...use('we"b', 40) }] }
  const line = /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\\n]|\\.)*",?)+\})? -?[\d.e+]+( \d+)?)$/
  for (const text of [resourceMetricsText(sample), cadvisorText(sample, 2), volumeMetricsText(disk.volumes)])
    for (const one of text.trim().split('\n')) assert.match(one, line)
  assert.match(
    resourceMetricsText(sample),
    /^container_cpu_usage_seconds_total\{container="main",namespace="shop",pod="we\\"b"\} 10 \d+$/m,
  )
})

test('a claim is told once, however many pods have it', () => {
  const lines = volumeMetricsText(disk.volumes)
    .split('\n')
    .filter((line) => line.startsWith('kubelet_volume_stats_used_bytes'))
  assert.deepEqual(lines, ['kubelet_volume_stats_used_bytes{namespace="shop",persistentvolumeclaim="orders"} 30'])
})

test('the host tells what it uses', () => {
  const { cpuNanos, memoryBytes, memoryTotal } = hostUse(new Date())
  assert.ok(cpuNanos > 0 && memoryBytes > 0 && memoryTotal > memoryBytes)
})
