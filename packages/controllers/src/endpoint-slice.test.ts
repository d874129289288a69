import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '@sampan/control/plan'
import { type Endpoints, endpoints } from '@sampan/resources/core/endpoints'
import type { Pod } from '@sampan/resources/core/pod'
import { service as serviceKind } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { pod, service } from '@sampan/resources/fixtures'
import { endpointMirrors } from './endpoint-mirror.ts'
import { reconcileEndpointSlices } from './endpoint-slice.ts'
import { reconcileEndpoints } from './endpoints.ts'
import { draft, running } from './run-test.test-support.ts'

const now = new Date('2026-01-01T01:00:00Z')
const at = (name: string, ip: string, options: Parameters<typeof pod>[1] = {}) =>
  pod(name, { ready: true, node: 'here', ip, ...options })
const slicesIn = (plan: Plan) =>
  plan.flatMap((step) => (step.op === 'create' || step.op === 'update' ? [step.object as EndpointSlice] : []))
const shown = ({ addresses, conditions }: NonNullable<EndpointSlice['endpoints']>[number]) =>
  `${addresses[0]}${conditions?.ready ? ' ready' : ''}${conditions?.serving ? ' serving' : ''}${conditions?.terminating ? ' terminating' : ''}`
const named = { spec: { ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }] } }
const withPort = (containerPort: number) => ({
  spec: { containers: [{ name: 'a', image: 'x', ports: [{ name: 'http', containerPort }] }] },
})

const cases: { name: string; of?: object; pods: Pod[]; want: string[] }[] = [
  { name: 'has an empty slice without pods', pods: [], want: [': '] },
  { name: 'shows a ready pod', pods: [at('a', '10.0.0.1')], want: ['8080: 10.0.0.1 ready serving'] },
  {
    name: 'shows a pod that is not ready',
    pods: [at('a', '10.0.0.1', { ready: false, phase: 'Running' })],
    want: ['8080: 10.0.0.1'],
  },
  {
    name: 'keeps a leaving pod that still serves',
    pods: [at('a', '10.0.0.1', { deleting: true })],
    want: ['8080: 10.0.0.1 serving terminating'],
  },
  {
    name: 'leaves out pods without an address or at their end',
    pods: [pod('a'), at('b', '10.0.0.2', { phase: 'Succeeded', ready: false })],
    want: [': '],
  },
  {
    name: 'calls everybody ready where that is wanted',
    of: { spec: { publishNotReadyAddresses: true } },
    pods: [at('a', '10.0.0.1', { ready: false, phase: 'Running' })],
    want: ['8080: 10.0.0.1 ready'],
  },
  {
    name: 'has a slice for each number a named port resolves to',
    of: named,
    pods: [at('a', '10.0.0.1', withPort(8080)), at('b', '10.0.0.2', withPort(9090))],
    want: ['8080: 10.0.0.1 ready serving', '9090: 10.0.0.2 ready serving'],
  },
]
for (const { name, of, pods, want } of cases)
  test(`a service ${name}`, () => {
    const plan = reconcileEndpointSlices(service('web', of), { pods, slices: [], now })
    const got = slicesIn(plan).map(
      ({ ports, endpoints: list }) => `${ports?.map(({ port }) => port).join() ?? ''}: ${list?.map(shown).join(', ')}`,
    )
    assert.deepEqual(got, want)
  })

test('a service of 250 pods has three slices, and a change touches one of them', () => {
  const pods = Array.from({ length: 250 }, (_, i) => at(`p${i}`, `10.0.${i >> 8}.${i & 255}`))
  const one = service('web')
  const made = slicesIn(reconcileEndpointSlices(one, { pods, slices: [], now })).map((slice, i) => ({
    ...slice,
    metadata: { ...slice.metadata, name: `web-${i}`, uid: `u${i}` },
  }))
  assert.deepEqual(
    made.map((slice) => slice.endpoints?.length),
    [100, 100, 50],
  )
  assert.deepEqual(reconcileEndpointSlices(one, { pods, slices: made, now }), [], 'the same again changes nothing')
  const changed = reconcileEndpointSlices(one, { pods: pods.slice(1), slices: made, now })
  assert.deepEqual(
    changed.map((step) => step.op === 'update' && step.object.metadata.name),
    ['web-0'],
  )
  const fewer = reconcileEndpointSlices(one, { pods: pods.slice(0, 100), slices: made, now })
  assert.deepEqual(
    fewer.map(({ op }) => op),
    ['remove', 'remove'],
  )
})

test('Endpoints say ready and not ready, and leave out who is leaving', () => {
  const pods = [
    at('a', '10.0.0.2'),
    at('b', '10.0.0.1'),
    at('c', '10.0.0.3', { ready: false, phase: 'Running' }),
    at('d', '10.0.0.4', { deleting: true }),
  ]
  const [step] = reconcileEndpoints(service('web'), { pods, existing: undefined, now })
  assert.ok(step?.op === 'create')
  const { subsets } = step.object as Endpoints
  assert.deepEqual(
    subsets?.map(({ addresses, notReadyAddresses, ports }) => [
      addresses?.map(({ ip }) => ip),
      notReadyAddresses?.map(({ ip }) => ip),
      ports,
    ]),
    [[['10.0.0.1', '10.0.0.2'], ['10.0.0.3'], [{ port: 8080, protocol: 'TCP' }]]],
  )
})

test('hand-written Endpoints are mirrored, followed and forgotten', async () => {
  await running([endpointMirrors], async ({ client, settle }) => {
    const written = (ip: string) => ({
      metadata: { name: 'db' },
      subsets: [{ addresses: [{ ip }], ports: [{ port: 5432 }] }],
    })
    await client.create(endpoints, written('192.168.1.9') as never)
    await settle()
    assert.equal((await client.list(endpointSlice)).items.length, 0, 'not without a service')
    await client.create(serviceKind, draft(service('db', { spec: { selector: undefined } })))
    await settle()
    const ips = async () => (await client.list(endpointSlice)).items.map((slice) => slice.endpoints?.[0]?.addresses[0])
    assert.deepEqual(await ips(), ['192.168.1.9'])
    await client.patch(endpoints, { namespace: 'default', name: 'db' }, { subsets: written('192.168.1.10').subsets })
    await settle()
    assert.deepEqual(await ips(), ['192.168.1.10'])
    await client.patch(serviceKind, { namespace: 'default', name: 'db' }, { spec: { selector: { app: 'db' } } })
    await settle()
    assert.deepEqual(await ips(), [])
  })
})

const hinted: { name: string; wish?: string; zones: Record<string, string>; want: (object | undefined)[] }[] = [
  { name: 'nothing is asked for', zones: { here: 'z1' }, want: [undefined] },
  { name: 'the same zone', wish: 'PreferSameZone', zones: { here: 'z1' }, want: [{ forZones: [{ name: 'z1' }] }] },
  { name: 'the same zone, which is not known', wish: 'PreferClose', zones: {}, want: [undefined] },
  {
    name: 'the same node',
    wish: 'PreferSameNode',
    zones: { here: 'z1' },
    want: [{ forNodes: [{ name: 'here' }], forZones: [{ name: 'z1' }] }],
  },
  { name: 'the same node without zones', wish: 'PreferSameNode', zones: {}, want: [{ forNodes: [{ name: 'here' }] }] },
]
for (const { name, wish, zones, want } of hinted)
  test(`hints of endpoints: ${name}`, () => {
    const one = service('web', wish ? { spec: { trafficDistribution: wish } } : {})
    const pods = [at('a', '10.0.0.1')]
    const zoneOf = (node: string | undefined) => zones[node ?? '']
    const [slice] = slicesIn(reconcileEndpointSlices(one, { pods, slices: [], now, zoneOf }))
    assert.deepEqual(
      slice?.endpoints?.map(({ hints }) => hints),
      want,
    )
    assert.equal(slice?.endpoints?.[0]?.zone, zones.here)
  })
