import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Namespace } from '@sampan/resources/core/namespace'
import type { NetworkPolicy } from '@sampan/resources/networking/network-policy'
import { podOf } from '../objects.ts'
import { policyPart } from './policy-part.ts'

const namespace = (name: string, labels: Record<string, string> = {}): Namespace => ({
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  spec: {},
})
const namespaces = [namespace('default'), namespace('shop', { tier: 'front' }), namespace('kube-system')]
const web = { containerPort: 8080, name: 'http' }
const pods = [
  podOf('web', '10.0.0.1', { labels: { app: 'web' }, ports: [web] }),
  podOf('db', '10.0.0.2', { labels: { app: 'db' }, ports: [{ containerPort: 5432, name: 'sql' }] }),
  podOf('shop', '10.0.0.3', {
    namespace: 'shop',
    labels: { app: 'web' },
    ports: [{ containerPort: 9090, name: 'http' }],
  }),
  podOf('host', '172.31.9.1', { labels: { app: 'web' }, hostNetwork: true }),
]

type Spec = Partial<NetworkPolicy['spec']>
const policy = (spec: Spec, name = 'p'): NetworkPolicy => ({
  metadata: { name, namespace: 'default' },
  spec: { podSelector: {}, ...spec },
})
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } })
const end = ['ct state established meta l4proto tcp reject with tcp reset', 'reject with icmpx admin-prohibited']
const dns = { ip: '10.9.0.10', port: 53 }

/** `ingress web: rule; rule` per pod that is selected. */
function said(...policies: NetworkPolicy[]): string[] {
  const { chains, elements } = policyPart({ policies, pods, namespaces, dns, bridge: 'br0' })
  const rules = new Map(chains.map(([name, chain]) => [name, chain.rules]))
  return elements.map(([set, ip, verdict]) => {
    const name = pods.find(({ status }) => status?.podIP === ip)!.metadata.name
    const list = rules.get(verdict.slice('jump '.length))!
    assert.deepEqual(list.slice(-2), end)
    return `${set} ${name}: ${list.slice(0, -2).join('; ') || 'nothing'}`
  })
}

const cases: { name: string; policies: NetworkPolicy[]; want: string[] }[] = [
  { name: 'no policy leaves everything open', policies: [], want: [] },
  {
    name: 'an empty one closes the namespace from outside, and only that',
    policies: [policy({ policyTypes: ['Ingress'] })],
    want: ['ingress web: nothing', 'ingress db: nothing'],
  },
  {
    name: 'without policyTypes, egress counts when it is there',
    policies: [policy({ ...app('web'), egress: [{}] })],
    want: ['ingress web: nothing', 'egress web: return'],
  },
  {
    name: 'a rule without peers lets everybody in, to its ports',
    policies: [policy({ ...app('web'), ingress: [{ ports: [{ port: 'http' }, { port: 9000, endPort: 9010 }] }] })],
    want: ['ingress web: tcp dport 8080 return; tcp dport 9000-9010 return'],
  },
  {
    name: 'a protocol without a port means all its ports',
    policies: [policy({ ...app('web'), ingress: [{ ports: [{ protocol: 'UDP' }] }] })],
    want: ['ingress web: meta l4proto udp return'],
  },
  {
    name: 'a named port nobody has lets nobody in',
    policies: [policy({ ...app('web'), ingress: [{ ports: [{ port: 'nope' }] }] })],
    want: ['ingress web: nothing'],
  },
  {
    name: 'pods of the own namespace by label',
    policies: [policy({ ...app('db'), ingress: [from(app('web'))] })],
    want: ['ingress db: ip saddr { 10.0.0.1 } return'],
  },
  {
    name: 'a namespace as a whole, and some pods of it',
    policies: [
      policy({ ...app('db'), ingress: [from({ namespaceSelector: { matchLabels: { tier: 'front' } } })] }),
      policy({ ...app('db'), ingress: [from({ namespaceSelector: {}, ...app('none') })] }, 'q'),
    ],
    want: ['ingress db: ip saddr { 10.0.0.3 } return'],
  },
  {
    name: 'address blocks with exceptions that lie in each other',
    policies: [
      policy({
        ...app('db'),
        ingress: [
          from(
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.1.2.0/24', '10.3.0.0/16'] } },
            { ipBlock: { cidr: '::/0' } },
          ),
        ],
      }),
    ],
    want: ['ingress db: ip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16, 10.3.0.0/16 } return'],
  },
  {
    name: 'out to named ports: each destination has its own number',
    policies: [
      policy({
        ...app('db'),
        policyTypes: ['Egress'],
        egress: [{ ...to({ namespaceSelector: {} }), ports: [{ port: 'http' }] }],
      }),
    ],
    want: ['egress db: ip daddr 10.0.0.1 tcp dport 8080 return; ip daddr 10.0.0.3 tcp dport 9090 return'],
  },
  {
    name: 'cluster DNS counts as a pod of kube-system',
    policies: [
      policy({
        ...app('db'),
        policyTypes: ['Egress'],
        egress: [
          {
            ...to({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }),
            ports: [{ port: 53, protocol: 'UDP' }],
          },
        ],
      }),
    ],
    want: ['egress db: ip daddr { 10.9.0.10 } udp dport 53 return'],
  },
]

function from(...peers: object[]) {
  return { from: peers } as NonNullable<Spec['ingress']>[number]
}
function to(...peers: object[]) {
  return { to: peers } as NonNullable<Spec['egress']>[number]
}

for (const { name, policies, want } of cases)
  test(`NetworkPolicy: ${name}`, () => assert.deepEqual(said(...policies), want))

test('a chain keeps its name when peers change, so that only its rules are written', () => {
  const given = {
    policies: [policy({ ...app('db'), ingress: [from(app('web'))] })],
    namespaces,
    dns,
    bridge: 'br0',
  }
  const before = policyPart({ ...given, pods })
  const after = policyPart({ ...given, pods: [...pods, podOf('web-2', '10.0.0.9', { labels: { app: 'web' } })] })
  assert.deepEqual(after.elements, before.elements)
  assert.notDeepEqual(after.chains, before.chains)
})

test('connections are looked at again when policies mean something else, and only then', () => {
  const known = (peer: string, labels: Record<string, string>) =>
    policyPart({
      policies: [policy({ ...app('db'), ingress: [from(app(peer))] })],
      pods: [podOf('db', '10.0.0.1', { labels: { app: 'db' } }), podOf('x', '10.0.0.2', { labels })],
      namespaces,
      dns,
      bridge: 'br0',
    }).chains.find(([name]) => name === 'known_forwarded')?.[1].rules
  const first = known('web', { app: 'web' })
  assert.ok(first)
  assert.deepEqual(known('web', { app: 'web', tier: 'front' }), first)
  assert.notDeepEqual(known('web', { app: 'cache' }), first)
  assert.notDeepEqual(known('cache', { app: 'web' }), first)
  assert.deepEqual(policyPart({ policies: [], pods, namespaces, dns, bridge: 'br0' }).chains, [])
})
