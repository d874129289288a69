import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service } from '../fixtures.ts'
import type { Service } from './service.ts'
import { allocate, carryOver, holdings } from './service-networking.ts'

function counting() {
  const taken: string[] = []
  let next = 0
  return {
    taken,
    clusterIP(wanted?: string) {
      taken.push(`ip ${wanted ?? 'any'}`)
      return wanted ?? `10.0.0.${++next}`
    },
    nodePort(protocol: string, wanted?: number) {
      taken.push(`${protocol} ${wanted ?? 'any'}`)
      return wanted ?? 30000 + ++next
    },
  }
}

const bare = (spec: Partial<Service['spec']>): Service =>
  service('web', { spec: { clusterIP: undefined, clusterIPs: undefined, ...spec } })

const cases: {
  name: string
  spec: Partial<Service['spec']>
  old?: Partial<Service['spec']>
  taken: string[]
  want: object
}[] = [
  {
    name: 'a ClusterIP service gets an address',
    spec: {},
    taken: ['ip any'],
    want: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
  },
  {
    name: 'a wished address is reserved',
    spec: { clusterIP: '10.0.0.9' },
    taken: ['ip 10.0.0.9'],
    want: { clusterIP: '10.0.0.9' },
  },
  {
    name: 'a headless service gets none',
    spec: { clusterIP: 'None' },
    taken: [],
    want: { clusterIP: 'None', clusterIPs: ['None'] },
  },
  {
    name: 'an ExternalName service gets none',
    spec: { type: 'ExternalName', externalName: 'x.y' },
    taken: [],
    want: { clusterIP: undefined },
  },
  {
    name: 'a NodePort service gets ports, TCP and UDP alike',
    spec: {
      type: 'NodePort',
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
        { port: 80, protocol: 'TCP', nodePort: 31000 },
      ],
    },
    taken: ['ip any', 'UDP any', 'TCP 30002', 'TCP 31000'],
    want: {
      ports: [
        { port: 53, protocol: 'UDP', nodePort: 30002 },
        { port: 53, protocol: 'TCP', nodePort: 30002 },
        { port: 80, protocol: 'TCP', nodePort: 31000 },
      ],
    },
  },
  {
    name: 'a load balancer may do without node ports',
    spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false },
    taken: ['ip any'],
    want: {},
  },
  {
    name: 'a local load balancer gets a health port',
    spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, externalTrafficPolicy: 'Local' },
    taken: ['ip any', 'TCP any'],
    want: { healthCheckNodePort: 30002 },
  },
  {
    name: 'what was there already is not reserved again',
    spec: { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }] },
    old: { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }] },
    taken: [],
    want: { clusterIP: '10.0.0.1' },
  },
]
for (const { name, spec, old, taken, want } of cases)
  test(name, () => {
    const take = counting()
    const next = bare(spec)
    allocate(next, take, old && bare(old))
    assert.deepEqual(take.taken, taken)
    for (const [key, value] of Object.entries(want)) assert.deepEqual(next.spec[key as keyof Service['spec']], value)
  })

test('an update that says nothing keeps addresses and ports', () => {
  const old = bare({
    type: 'NodePort',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }],
  })
  const next = bare({
    type: 'NodePort',
    ports: [
      { port: 80, protocol: 'TCP' },
      { port: 81, protocol: 'TCP' },
    ],
  })
  carryOver(next, old)
  assert.equal(next.spec.clusterIP, '10.0.0.1')
  assert.deepEqual(next.spec.clusterIPs, ['10.0.0.1'])
  assert.deepEqual(
    next.spec.ports?.map(({ nodePort }) => nodePort),
    [31000, undefined],
  )
})

test('becoming ClusterIP drops the old node ports, becoming ExternalName everything', () => {
  const old = bare({
    type: 'NodePort',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }],
  })
  const plain = structuredClone(old)
  plain.spec.type = 'ClusterIP'
  carryOver(plain, old)
  assert.equal(plain.spec.ports![0]!.nodePort, undefined)
  assert.equal(plain.spec.clusterIP, '10.0.0.1')
  const external = structuredClone(old)
  external.spec.type = 'ExternalName'
  carryOver(external, old)
  assert.equal(external.spec.clusterIP, undefined)
  assert.equal(external.spec.clusterIPs, undefined)
  assert.equal(external.spec.ports![0]!.nodePort, undefined)
})

test('a service gives back what it holds', () => {
  const one = bare({
    type: 'LoadBalancer',
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    healthCheckNodePort: 32000,
    ports: [{ port: 80, protocol: 'TCP', nodePort: 31000 }, { port: 81 }],
  })
  assert.deepEqual(holdings(one), {
    clusterIPs: ['10.0.0.1'],
    nodePorts: [
      { protocol: 'TCP', port: 31000 },
      { protocol: 'TCP', port: 32000 },
    ],
  })
  assert.deepEqual(holdings(bare({ clusterIP: 'None' })), { clusterIPs: [], nodePorts: [] })
})
