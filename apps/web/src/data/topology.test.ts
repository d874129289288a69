import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Topology, type TopologyObjects, topologyOf } from './topology.ts'
import { nodeSize, placed } from './topology-layout.ts'

const meta = (name: string, labels = {}) => ({ name, namespace: 'shop-test', labels })
const web = { 'sampan.dev/app': 'web', app: 'web' }
const pod = (name: string, labels: Record<string, string>, state: object = { running: {} }) =>
  ({
    metadata: meta(name, labels),
    spec: { containers: [{ name: 'app' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state }] },
  }) as never

const none: TopologyObjects = { apps: [], ingresses: [], services: [], workloads: [], pods: [], claims: [] }
const deployment = (name: string, labels: Record<string, string>, spec = {}, status = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  object: {
    metadata: meta(name, labels),
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, ...spec } },
    status: { readyReplicas: 2, ...status },
  } as never,
})
const shop: TopologyObjects = {
  ...none,
  apps: [{ project: 'shop', name: 'web', state: 'verified', ready: 2, replicas: 2, url: 'http://w' }],
  ingresses: [
    {
      metadata: meta('web', web),
      spec: { rules: [{ host: 'w.example', http: { paths: [{ backend: { service: { name: 'web' } } }] } }] },
    } as never,
  ],
  services: [{ metadata: meta('web', web), spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as never],
  workloads: [
    deployment('web', web, { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] } }),
  ],
  pods: [pod('web-1', web), pod('web-2', web, { waiting: { reason: 'CrashLoopBackOff' } }), pod('alone', { x: 'y' })],
  claims: [{ metadata: meta('data'), status: { phase: 'Bound', capacity: { storage: '1Gi' } } } as never],
}
const lines = ({ edges }: Topology) => edges.map(([from, to]) => `${from} → ${to}`).sort()

test('from an app by its route and service to its pods and volumes', () => {
  const all = topologyOf(shop)
  assert.deepEqual(lines(all), [
    'App/shop/web → Ingress/shop-test/web#w.example',
    'Deployment/shop-test/web → PersistentVolumeClaim/shop-test/data',
    'Deployment/shop-test/web → Pod/shop-test/web-1',
    'Deployment/shop-test/web → Pod/shop-test/web-2',
    'Ingress/shop-test/web#w.example → Service/shop-test/web',
    'Service/shop-test/web → Deployment/shop-test/web',
  ])
  const health = Object.fromEntries(all.nodes.map(({ title, kind, health }) => [`${kind} ${title}`, health]))
  assert.deepEqual(health, {
    'app web': 'good',
    'route w.example': 'idle',
    'service web': 'idle',
    'workload web': 'good',
    'volume data': 'good',
    'pod web-1': 'good',
    'pod web-2': 'bad',
    'pod alone': 'good',
  })
})

test('an app without a route leads to its service, without that to its workload', () => {
  assert.deepEqual(lines(topologyOf({ ...shop, ingresses: [] })).slice(0, 1), ['App/shop/web → Service/shop-test/web'])
  assert.deepEqual(lines(topologyOf({ ...shop, ingresses: [], services: [] })).slice(0, 1), [
    'App/shop/web → Deployment/shop-test/web',
  ])
})

test('a service of bare pods leads to them', () => {
  const services = [{ metadata: meta('s'), spec: { selector: { x: 'y' } } } as never]
  assert.deepEqual(lines(topologyOf({ ...none, services, pods: shop.pods })), [
    'Service/shop-test/s → Pod/shop-test/alone',
  ])
})

test('many pods are one node that says how many are well', () => {
  const pods = Array.from({ length: 50 }, (_, i) =>
    pod(`web-${i}`, web, i === 7 ? { waiting: { reason: 'ErrImagePull' } } : undefined),
  )
  const many = topologyOf({ ...shop, pods }).nodes.filter(({ kind }) => kind === 'pod')
  assert.deepEqual(
    many.map(({ detail, health, count }) => ({ detail, health, count })),
    [{ detail: '49/50', health: 'bad', count: 50 }],
  )
})

const states = [
  { name: 'all there', status: {}, want: 'good' },
  { name: 'one missing', status: { readyReplicas: 1 }, want: 'busy' },
  {
    name: 'no progress',
    status: { conditions: [{ type: 'Progressing', status: 'False', message: 'late' }] },
    want: 'bad',
  },
]
for (const { name, status, want } of states)
  test(`a workload with ${name} is ${want}`, () => {
    const [node] = topologyOf({ ...none, workloads: [deployment('w', web, {}, status)] }).nodes
    assert.equal(node!.health, want)
  })

test('nothing stands on anything else, and columns follow the way of a request', () => {
  const apps = ['a', 'b', 'c'].map((name) => ({ project: 'shop', name, state: 'none' }))
  const all = placed(topologyOf({ ...shop, apps: [...shop.apps, ...apps] }))
  for (const [i, one] of all.entries())
    for (const other of all.slice(i + 1))
      assert.ok(
        Math.abs(one.x - other.x) >= nodeSize.width || Math.abs(one.y - other.y) >= nodeSize.height,
        `${one.node.id} on ${other.node.id}`,
      )
  const x = (kind: string) => all.find(({ node }) => node.kind === kind)!.x
  const order = ['app', 'route', 'service', 'workload', 'pod'].map(x)
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  )
})

test('a circle is drawn all the same', () => {
  const node = (id: string, kind: 'app' | 'service') => ({ id, kind, title: id, detail: '', health: 'idle' as const })
  const all = placed({
    nodes: [node('a', 'app'), node('b', 'service')],
    edges: [
      ['a', 'b'],
      ['b', 'a'],
    ],
  })
  assert.equal(all.length, 2)
  for (const { y } of all) assert.ok(Number.isFinite(y))
})
