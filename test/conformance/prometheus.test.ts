import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts'
import {
  findPrometheus,
  type Prometheus,
  startPrometheus,
  type Target,
  whyNoKubernetes,
} from '../support/prometheus.ts'

/**
 * Prometheus itself finds nodes, pods, services, endpoints and ingresses through our API, and follows as they come and go.
 * Its discovery is client-go's informers: lists, watches from their revision, bookmarks. Nothing is installed: `PROMETHEUS`
 * names a program elsewhere than on the PATH.
 */
const program = findPrometheus()
const skip = program ? whyNoKubernetes(program) : 'no prometheus on this machine'
const namespace = 'seen'
let plane: ControlPlane
let prometheus: Prometheus

const roles = ['node', 'pod', 'service', 'endpoints', 'endpointslice', 'ingress'] as const
before(async () => {
  if (skip) return
  plane = await startControlPlane()
  const jobs = roles.map((role) => ({
    job_name: role,
    kubernetes_sd_configs: [
      {
        role,
        api_server: plane.url,
        ...(['pod', 'endpoints', 'endpointslice'].includes(role) && { attach_metadata: { node: true } }),
      },
    ],
  }))
  const selected = {
    job_name: 'selected',
    kubernetes_sd_configs: [
      {
        role: 'pod',
        api_server: plane.url,
        namespaces: { names: [namespace] },
        selectors: [{ role: 'pod', label: 'app=web', field: 'status.phase=Running' }],
      },
    ],
  }
  prometheus = await startPrometheus(program!, [...jobs, selected])
})
after(async () => {
  await prometheus?.close()
  await plane?.close()
})

async function send(method: string, path: string, body?: object, type = 'application/json') {
  const response = await fetch(plane.url + path, {
    method,
    headers: body ? { 'content-type': type } : {},
    ...(body && { body: JSON.stringify(body) }),
  })
  assert.ok(response.ok, `${method} ${path}: ${await response.clone().text()}`)
  return (await response.json()) as { items: { metadata: { name: string }; status: { podIP: string } }[] }
}

const labels = { app: 'web' }
const core = `/api/v1/namespaces/${namespace}`
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`
const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`
const deployment = {
  metadata: { name: 'web', labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: { 'prometheus.io/scrape': 'true' } },
      spec: { containers: [{ name: 'main', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
    },
  },
}
const service = {
  metadata: { name: 'web', labels },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
}
const backend = { service: { name: 'web', port: { number: 80 } } }
const ingress = {
  metadata: { name: 'web' },
  spec: { rules: [{ host: 'web.test', http: { paths: [{ path: '/shop', pathType: 'Prefix', backend }] } }] },
}

/** What a job has found in the namespace, by one of its labels. */
const found = (targets: readonly Target[], job: string, label: string) =>
  targets
    .filter((one) => one.scrapePool === job)
    .map((one) => one.discoveredLabels)
    .filter((one) => job === 'node' || one.__meta_kubernetes_namespace === namespace)
    .map((one) => one[label] ?? '')
    .sort()

/** Waits until everything is found as `wanted` says: Prometheus takes over what it finds every five seconds. */
async function until(what: string, wanted: () => Promise<Record<string, [label: string, values: string[]]>>) {
  let last = {}
  for (let n = 0; n < 120; n++) {
    const [targets, all] = await Promise.all([prometheus.targets(), wanted()])
    const is = Object.fromEntries(Object.entries(all).map(([job, [label]]) => [job, found(targets, job, label)]))
    const should = Object.fromEntries(Object.entries(all).map(([job, [, values]]) => [job, values.toSorted()]))
    if (JSON.stringify(is) === JSON.stringify(should)) return
    last = { is, should }
    await sleep(500)
  }
  assert.fail(`${what}: ${JSON.stringify(last)}`)
}

const livePods = async () => (await send('GET', `${core}/pods`)).items
const podTarget = '__meta_kubernetes_pod_name'

const everything = async (): Promise<Record<string, [string, string[]]>> => {
  const pods = (await livePods()).map((one) => one.metadata.name)
  const addresses = (await livePods()).map((one) => `${one.status.podIP}:8080`)
  return {
    node: ['__meta_kubernetes_node_name', ['here']],
    pod: [podTarget, pods],
    selected: ['__address__', addresses],
    service: ['__address__', [`web.${namespace}.svc:80`]],
    endpoints: [podTarget, pods],
    endpointslice: [podTarget, pods],
    ingress: ['__meta_kubernetes_ingress_path', ['/shop']],
  }
}

test('Prometheus follows what is in the cluster', { skip, timeout: 300_000 }, async (t) => {
  await t.test('a node is there from the start', () =>
    until('node', async () => ({ node: ['__meta_kubernetes_node_name', ['here']], pod: [podTarget, []] })),
  )
  await t.test('an app, its service and its ingress appear in every role', async () => {
    await send('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
    await send('POST', deployments, deployment)
    await send('POST', `${core}/services`, service)
    await send('POST', ingresses, ingress)
    await until('two pods', async () => {
      assert.ok((await livePods()).length <= 2)
      const all = await everything()
      // Two, or the next look.
      return all.pod![1].length === 2 ? all : { ...all, pod: [podTarget, ['not there yet']] }
    })
  })
  await t.test('labels say what the objects say', async () => {
    const targets = await prometheus.targets()
    const one = targets.find(
      ({ scrapePool, discoveredLabels }) =>
        scrapePool === 'pod' && discoveredLabels.__meta_kubernetes_namespace === namespace,
    )!.discoveredLabels
    const want = {
      __meta_kubernetes_pod_label_app: 'web',
      __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
      __meta_kubernetes_pod_container_port_name: 'http',
      __meta_kubernetes_pod_node_name: 'here',
      __meta_kubernetes_node_name: 'here',
      __meta_kubernetes_pod_phase: 'Running',
      __meta_kubernetes_pod_ready: 'true',
      __meta_kubernetes_pod_controller_kind: 'ReplicaSet',
    }
    for (const [label, value] of Object.entries(want)) assert.equal(one[label], value, label)
  })
  await t.test('more and fewer pods are followed', async () => {
    const scaled = (replicas: number) =>
      send('PATCH', `${deployments}/web/scale`, { spec: { replicas } }, 'application/merge-patch+json')
    for (const replicas of [4, 1]) {
      await scaled(replicas)
      await until(`${replicas} pods`, async () => {
        const all = await everything()
        return all.pod![1].length === replicas ? all : { ...all, pod: [podTarget, ['not there yet']] }
      })
    }
  })
  await t.test('a deleted pod is replaced by another target', async () => {
    const [old] = await livePods()
    await send('DELETE', `${core}/pods/${old!.metadata.name}`)
    await until('another pod', async () => {
      const all = await everything()
      const isNew = all.pod![1].length === 1 && all.pod![1][0] !== old!.metadata.name
      return isNew ? all : { ...all, pod: [podTarget, ['not there yet']] }
    })
  })
  await t.test('nothing is left when all of it is deleted', async () => {
    await send('DELETE', ingresses.concat('/web'))
    await send('DELETE', `${core}/services/web`)
    await send('DELETE', `${deployments}/web`, { propagationPolicy: 'Background' })
    await until('nothing', async () =>
      Object.fromEntries(
        ['pod', 'selected', 'service', 'endpoints', 'endpointslice', 'ingress'].map((job) => [job, [podTarget, []]]),
      ),
    )
  })
})
