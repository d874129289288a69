import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkConfig } from '../network-config.ts'
import { podOf, serviceOf, sliceOf } from '../objects.ts'
import { baseTable } from './base-table.ts'
import { targetsFor } from './endpoints.ts'
import { hostPortPart } from './host-ports.ts'
import { nodeClaims } from './node-claims.ts'
import { servicePart } from './service-part.ts'

const config: NetworkConfig = {
  bridge: 'br0',
  nftTable: 't',
  podCIDR: '10.240.0.0/16',
  serviceCIDR: '10.241.0.0/16',
  clusterDomain: 'cluster.local',
  nodeIP: '172.31.9.1',
  nodeName: 'lab',
  dnsIP: '10.241.0.10',
  ports: { api: 6443, platform: 7070, registry: 5000, http: 80, https: 443 },
}

type Spec = Parameters<typeof serviceOf>[1]
type Endpoints = Parameters<typeof sliceOf>[1]

/** Elements and rules as lines, chains named a, b, c in the order they come. */
function said(
  spec: Spec,
  endpoints: Endpoints,
  onNode: string[] = [],
  ports?: Parameters<typeof sliceOf>[2],
): string[] {
  const part = servicePart(serviceOf('web', spec), [sliceOf('web', endpoints, ports)], config, {
    onNode: new Set(onNode),
  })
  const names = new Map(part.chains.map(([name], index) => [name, String.fromCharCode(97 + index)]))
  const short = (text: string) =>
    [...names]
      .toSorted(([x], [y]) => y.length - x.length)
      .reduce((all, [long, letter]) => all.replaceAll(long, letter), text)
  return [
    ...part.elements.map(([set, key, value]) => short(`${set}: ${key}${value && ` → ${value.replace('goto ', '')}`}`)),
    ...part.chains.flatMap(([name, { rules }]) => rules.map((rule) => short(`${name}| ${rule}`))),
  ]
}

const ip = '10.241.1.1'
const selves = (...all: string[]) => all.map((one) => `selves: ${one} . ${one}`)
const cases: {
  name: string
  spec: Spec
  endpoints: Endpoints
  onNode?: string[]
  ports?: Parameters<typeof sliceOf>[2]
  want: string[]
}[] = [
  {
    name: 'one endpoint',
    spec: { clusterIP: ip },
    endpoints: ['10.240.0.5'],
    want: [`services: ${ip} . tcp . 80 → a`, ...selves('10.240.0.5'), 'a| meta l4proto tcp dnat ip to 10.240.0.5:8080'],
  },
  {
    name: 'two endpoints, in the order of their addresses',
    spec: { clusterIP: ip },
    endpoints: ['10.240.0.6', '10.240.0.5'],
    want: [
      `services: ${ip} . tcp . 80 → a`,
      ...selves('10.240.0.5', '10.240.0.6'),
      'a| meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.240.0.5 . 8080, 1 : 10.240.0.6 . 8080 }',
    ],
  },
  { name: 'headless brings nothing', spec: { clusterIP: 'None' }, endpoints: ['10.240.0.5'], want: [] },
  { name: 'ExternalName brings nothing', spec: { type: 'ExternalName', externalName: 'x' }, endpoints: [], want: [] },
  {
    name: 'no endpoints are refused, on the node port too',
    spec: { type: 'NodePort', clusterIP: ip, ports: [{ port: 80, nodePort: 30001 }] },
    endpoints: [],
    want: [`refused: ${ip} . tcp . 80`, 'refused_node_ports: tcp . 30001'],
  },
  {
    name: 'ending endpoints are used when no other is left',
    spec: { clusterIP: ip },
    endpoints: [
      { ip: '10.240.0.5', ready: false, serving: true, terminating: true },
      { ip: '10.240.0.6', ready: false },
    ],
    want: [`services: ${ip} . tcp . 80 → a`, ...selves('10.240.0.5'), 'a| meta l4proto tcp dnat ip to 10.240.0.5:8080'],
  },
  {
    name: 'ending endpoints get nothing new while a ready one is there',
    spec: { clusterIP: ip },
    endpoints: [{ ip: '10.240.0.5', ready: false, serving: true, terminating: true }, '10.240.0.6'],
    want: [`services: ${ip} . tcp . 80 → a`, ...selves('10.240.0.6'), 'a| meta l4proto tcp dnat ip to 10.240.0.6:8080'],
  },
  {
    name: 'named ports find theirs by name and protocol',
    spec: { clusterIP: ip, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
    endpoints: ['10.240.0.5'],
    ports: [
      { name: 'dns', port: 1053, protocol: 'TCP' },
      { name: 'dns', port: 2053, protocol: 'UDP' },
    ],
    want: [`services: ${ip} . udp . 53 → a`, ...selves('10.240.0.5'), 'a| meta l4proto udp dnat ip to 10.240.0.5:2053'],
  },
  {
    name: 'an endpoint elsewhere must see the node',
    spec: { clusterIP: ip },
    endpoints: ['192.0.2.9'],
    want: [
      `services: ${ip} . tcp . 80 → a`,
      'a| meta mark set meta mark | 0x00010000',
      'a| meta l4proto tcp dnat ip to 192.0.2.9:8080',
    ],
  },
  {
    name: 'the node itself is no elsewhere',
    spec: { clusterIP: ip },
    endpoints: ['172.31.9.1'],
    want: [`services: ${ip} . tcp . 80 → a`, 'a| meta l4proto tcp dnat ip to 172.31.9.1:8080'],
  },
  {
    name: 'Local from outside has a chain of its own when it differs',
    spec: { type: 'NodePort', clusterIP: ip, externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30001 }] },
    endpoints: [{ ip: '10.240.0.5', nodeName: 'other' }],
    want: [
      `services: ${ip} . tcp . 80 → a`,
      'node_ports: tcp . 30001 → b',
      ...selves('10.240.0.5'),
      'a| meta l4proto tcp dnat ip to 10.240.0.5:8080',
      'b| ip saddr 10.240.0.0/16 goto a',
      'b| fib saddr type local goto a',
      'b| drop',
    ],
  },
  {
    name: 'a load balancer only takes the ports it was granted',
    spec: { type: 'LoadBalancer', clusterIP: ip, ports: [{ port: 80 }, { port: 8081, name: 'x' }] },
    endpoints: ['10.240.0.5'],
    onNode: ['tcp . 80'],
    want: [
      `services: ${ip} . tcp . 80 → a`,
      'services: 172.31.9.1 . tcp . 80 → a',
      ...selves('10.240.0.5'),
      `refused: ${ip} . tcp . 8081`,
      'a| meta l4proto tcp dnat ip to 10.240.0.5:8080',
    ],
  },
  {
    name: 'externalIPs never touch loopback, the service network, or the node without a grant',
    spec: { clusterIP: ip, externalIPs: ['127.0.0.1', '10.241.0.10', '172.31.9.1', '203.0.113.5'] },
    endpoints: ['10.240.0.5'],
    want: [
      `services: ${ip} . tcp . 80 → a`,
      'services: 203.0.113.5 . tcp . 80 → a',
      ...selves('10.240.0.5'),
      'a| meta l4proto tcp dnat ip to 10.240.0.5:8080',
    ],
  },
  {
    name: 'affinity remembers per endpoint',
    spec: { clusterIP: ip, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
    endpoints: ['10.240.0.5'],
    want: [
      `services: ${ip} . tcp . 80 → b`,
      ...selves('10.240.0.5'),
      'a| update @aa { ip saddr timeout 60s }',
      'a| meta l4proto tcp dnat ip to 10.240.0.5:8080',
      'b| ip saddr @aa goto a',
      'b| numgen random mod 1 vmap { 0 : goto a }',
    ],
  },
  {
    name: 'a Service that is its own endpoint (cluster DNS) is left alone',
    spec: { clusterIP: '10.241.0.10', ports: [{ port: 53, protocol: 'UDP' }] },
    endpoints: ['10.241.0.10'],
    ports: [{ port: 53, protocol: 'UDP' }],
    want: [],
  },
]

for (const { name, spec, endpoints, onNode, ports, want } of cases)
  test(`Service: ${name}`, () => assert.deepEqual(said(spec, endpoints, onNode, ports), want))

test('an endpoint that two slices name counts once', () => {
  const slices = [sliceOf('web', ['10.240.0.5']), sliceOf('web', ['10.240.0.5', '10.240.0.6'])]
  assert.equal(targetsFor(slices, undefined, 'TCP', { nodeName: 'lab' }).all.length, 2)
})

test('a pod that is deleted counts as ending although its slice is older', () => {
  const slices = [
    sliceOf('web', [
      { ip: '10.240.0.5', pod: 'a' },
      { ip: '10.240.0.6', pod: 'b' },
    ]),
  ]
  const all = (...leaving: string[]) =>
    targetsFor(slices, undefined, 'TCP', { nodeName: 'lab' }, ({ targetRef }) =>
      leaving.includes(targetRef?.name ?? ''),
    ).all.map(({ ip }) => ip)
  assert.deepEqual(all('a'), ['10.240.0.6'])
  assert.deepEqual(all('a', 'b'), ['10.240.0.5', '10.240.0.6'])
})

const hintedAt = (ip: string, node?: string, zone?: string) => ({
  ip,
  hints: { ...(node && { forNodes: [{ name: node }] }), ...(zone && { forZones: [{ name: zone }] }) },
})
const here = { nodeName: 'lab', zone: 'z1' }
for (const { name, place = here, endpoints, want } of [
  {
    name: 'of this node are followed',
    endpoints: [hintedAt('10.240.0.5', 'lab'), hintedAt('10.240.0.6', 'far')],
    want: 1,
  },
  { name: 'that name no endpoint for this node are not', endpoints: [hintedAt('10.240.0.5', 'far')], want: 1 },
  { name: 'that not all endpoints have are not', endpoints: [hintedAt('10.240.0.5', 'lab'), '10.240.0.6'], want: 2 },
  { name: 'of its zone are', endpoints: [hintedAt('10.240.0.5', '', 'z1'), hintedAt('10.240.0.6', '', 'z2')], want: 1 },
  {
    name: 'of a zone mean nothing to a node without one',
    place: { nodeName: 'lab' },
    endpoints: [hintedAt('10.240.0.5', '', 'z1'), hintedAt('10.240.0.6', '', 'z2')],
    want: 2,
  },
  {
    name: 'of the node come before those of the zone',
    endpoints: [hintedAt('10.240.0.5', 'lab', 'z1'), hintedAt('10.240.0.6', 'far', 'z1')],
    want: 1,
  },
])
  test(`hints ${name}`, () => {
    const { all } = targetsFor([sliceOf('web', endpoints)], undefined, 'TCP', place)
    assert.deepEqual([all.length, all[0]?.ip], [want, '10.240.0.5'])
  })

for (const label of ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'])
  test(`a Service labelled ${label} is left to others`, () => {
    const one = serviceOf('web', { clusterIP: ip })
    const labelled = { ...one, metadata: { ...one.metadata, labels: { [label]: '' } } }
    assert.deepEqual(servicePart(labelled, [sliceOf('web', ['10.240.0.5'])], config).elements, [])
  })

for (const publishNotReadyAddresses of [true, false])
  test(`a leaving pod ${publishNotReadyAddresses ? 'still gets' : 'gets no'} traffic with publishNotReadyAddresses ${publishNotReadyAddresses}`, () => {
    const slice = sliceOf('web', [{ ip: '10.240.0.5', pod: 'a', serving: false, terminating: true }])
    const part = servicePart(
      serviceOf('web', { clusterIP: ip, publishNotReadyAddresses }),
      [slice],
      config,
      { onNode: new Set() },
      { isLeaving: () => true },
    )
    assert.equal(part.chains.length, publishNotReadyAddresses ? 1 : 0)
  })

test('what the kernel cannot place goes no further: untranslated it would break its connection off', () => {
  const { chains } = baseTable(config, { seesBridged: true })
  assert.deepEqual(chains.get('forwarded')?.rules.slice(0, 2), ['jump known_forwarded', 'ct state invalid drop'])
  assert.deepEqual(chains.get('known_forwarded')?.rules, ['ct state established,related accept'])
})

test('hostPorts: of running pods with an address of their own', () => {
  const ports = [
    { containerPort: 8080, hostPort: 80 },
    { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '127.0.0.1' },
    { containerPort: 1 },
  ]
  assert.deepEqual(hostPortPart(podOf('x', '10.240.0.5', { ports })).elements, [
    ['host_ports', 'tcp . 80', '10.240.0.5 . 8080'],
    ['host_ports_at', '127.0.0.1 . udp . 53', '10.240.0.5 . 53'],
    ['selves', '10.240.0.5 . 10.240.0.5', ''],
  ])
  assert.equal(hostPortPart(podOf('x', '172.31.9.1', { ports, hostNetwork: true })).elements.length, 0)
  const ended = podOf('x', '10.240.0.5', { ports })
  assert.equal(hostPortPart({ ...ended, status: { ...ended.status, phase: 'Succeeded' } }).elements.length, 0)
})

test('ports of the node: the oldest Service gets them, reserved and busy ones nobody', () => {
  const balancer = (name: string, port: number, created: string, spec: Spec = {}) =>
    serviceOf(name, { type: 'LoadBalancer', ports: [{ port }], ...spec }, { creationTimestamp: created })
  const { granted, refused } = nodeClaims(
    [
      balancer('young', 8080, '2026-01-02T00:00:00Z'),
      balancer('old', 8080, '2026-01-01T00:00:00Z'),
      balancer('api', 6443, '2026-01-01T00:00:00Z'),
      balancer('ssh', 22, '2026-01-01T00:00:00Z'),
      balancer('other', 9000, '2026-01-01T00:00:00Z', { loadBalancerClass: 'cloud' }),
      serviceOf('external', { externalIPs: ['172.31.9.1'], ports: [{ port: 9001 }] }),
    ],
    config,
    new Map([[22, 'sshd (process 1)']]),
  )
  assert.deepEqual([...granted.keys()].sort(), ['default/external', 'default/old'])
  assert.deepEqual([...refused].sort(), [
    ['default/api', `port 6443 of the node is taken by Sampan's own port "api"`],
    ['default/ssh', 'port 22 of the node is taken by sshd (process 1)'],
    ['default/young', 'port 8080 of the node is taken by Service default/old'],
  ])
})

test('a load balancer in mode Proxy keeps its address to itself', () => {
  const spec = { type: 'LoadBalancer' as const, clusterIP: ip, ports: [{ port: 80 }] }
  const keys = (ipMode: string) =>
    servicePart(
      serviceOf('web', spec, {}, { loadBalancer: { ingress: [{ ip: '192.0.2.9', ipMode }] } }),
      [sliceOf('web', ['10.240.0.5'])],
      config,
    ).elements.filter(([, key]) => key.startsWith('192.0.2.9')).length
  assert.deepEqual([keys('VIP'), keys('Proxy')], [1, 0])
})
