import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '@sampan/resources/core/node'
import type { Pod } from '@sampan/resources/core/pod'
import { node, persistentVolumeClaim, pod } from '@sampan/resources/fixtures'
import { type Cluster, nodeState } from './cluster.ts'
import { preempt } from './preempt.ts'
import { schedule } from './schedule.ts'
import { noVolumes, type Volumes } from './volumes.ts'

type Spec = Partial<Pod['spec']>
const asking = (cpu: string, spec: Spec = {}, labels: Record<string, string> = {}, name = 'new') =>
  pod(name, {
    labels,
    spec: { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu } } }], ...spec },
  })
const plain = (spec: Spec = {}, labels: Record<string, string> = {}, name = 'new') => pod(name, { labels, spec })
const web = (name: string, spec: Spec = {}) => pod(name, { labels: { app: 'web' }, ready: true, spec })

function clusterOf(nodes: readonly [Node, Pod[]][], volumes: Partial<Volumes> = {}): Cluster {
  return {
    nodes: nodes.map(([one, pods]) => nodeState(one, pods)),
    namespaceLabels: (name) => ({ 'kubernetes.io/metadata.name': name }),
    volumes: { ...noVolumes, ...volumes },
  }
}
const zoned = (name: string, zone: string) => node(name, { labels: { zone } })
const tainted = (effect: string) => node('a', { spec: { taints: [{ key: 'dedicated', value: 'db', effect }] } })
const small = (name: string) => node(name, { status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } } })
const byHost = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }
const affinity = (kind: 'podAffinity' | 'podAntiAffinity', term: object = byHost): Spec => ({
  affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
})
const nodeAffinity = (expression: object, field = 'matchExpressions'): Spec => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ [field]: [expression] }] },
    },
  } as Spec['affinity'],
})
const spread = (maxSkew: number): Spec => ({
  topologySpreadConstraints: [
    {
      maxSkew,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
})
const port = (hostPort: number, hostIP?: string): Spec => ({
  containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 80, hostPort, hostIP, protocol: 'TCP' }] }],
})
const uses = (claimName: string): Spec => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] })

const cases: { name: string; pod: Pod; nodes: [Node, Pod[]][]; volumes?: Partial<Volumes>; want: string }[] = [
  { name: 'takes the only node', pod: plain(), nodes: [[node('a'), []]], want: 'a' },
  { name: 'has no node to take', pod: plain(), nodes: [], want: 'no nodes available to schedule pods' },
  {
    name: 'takes the emptier node',
    pod: asking('1'),
    nodes: [
      [node('a'), [asking('3', {}, {}, 'x')]],
      [node('b'), []],
    ],
    want: 'b',
  },
  {
    name: 'needs room',
    pod: asking('2'),
    nodes: [[small('a'), []]],
    want: '0/1 nodes are available: 1 Insufficient cpu.',
  },
  {
    name: 'counts what is there, init containers and sidecars included',
    pod: asking('500m', {
      initContainers: [
        { name: 'side', image: 'x', restartPolicy: 'Always', resources: { requests: { cpu: '300m' } } },
        { name: 'init', image: 'x', resources: { requests: { cpu: '600m' } } },
      ],
    }),
    nodes: [[small('a'), [asking('200m', {}, {}, 'x')]]],
    want: '0/1 nodes are available: 1 Insufficient cpu.',
  },
  {
    name: 'ignores pods that have finished',
    pod: asking('1'),
    nodes: [[small('a'), [pod('x', { phase: 'Succeeded', spec: asking('1').spec })]]],
    want: 'a',
  },
  {
    name: 'counts pods, and says every reason of a node',
    pod: asking('2'),
    nodes: [[small('a'), [plain({}, {}, 'x'), plain({}, {}, 'y')]]],
    want: '0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.',
  },
  {
    name: 'gathers the reasons of all nodes',
    pod: asking('2'),
    nodes: [
      [small('a'), []],
      [small('b'), []],
      [node('c', { spec: { unschedulable: true } }), []],
    ],
    want: '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.',
  },
  {
    name: 'obeys its node selector',
    pod: plain({ nodeSelector: { zone: 'two' } }),
    nodes: [
      [zoned('a', 'one'), []],
      [zoned('b', 'two'), []],
    ],
    want: 'b',
  },
  {
    name: 'obeys required node affinity by name, as pods of DaemonSets have it',
    pod: plain(nodeAffinity({ key: 'metadata.name', operator: 'In', values: ['b'] }, 'matchFields')),
    nodes: [
      [node('a'), []],
      [node('b'), []],
    ],
    want: 'b',
  },
  {
    name: 'does not go where its affinity is not met',
    pod: plain(nodeAffinity({ key: 'zone', operator: 'NotIn', values: ['one'] })),
    nodes: [[zoned('a', 'one'), []]],
    want: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  },
  {
    name: 'keeps away from a taint',
    pod: plain(),
    nodes: [[tainted('NoSchedule'), []]],
    want: '0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: db}.',
  },
  {
    name: 'tolerates a taint by value',
    pod: plain({ tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }] }),
    nodes: [[tainted('NoSchedule'), []]],
    want: 'a',
  },
  {
    name: 'tolerates everything',
    pod: plain({ tolerations: [{ operator: 'Exists' }] }),
    nodes: [[tainted('NoExecute'), []]],
    want: 'a',
  },
  {
    name: 'would rather avoid a soft taint',
    pod: plain(),
    nodes: [
      [tainted('PreferNoSchedule'), []],
      [node('b'), []],
    ],
    want: 'b',
  },
  {
    name: 'needs its host port free',
    pod: plain(port(80)),
    nodes: [[node('a'), [plain(port(80, '127.0.0.1'), {}, 'x')]]],
    want: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    name: 'shares a host port on another address',
    pod: plain(port(80, '10.0.0.1')),
    nodes: [[node('a'), [plain(port(80, '127.0.0.1'), {}, 'x')]]],
    want: 'a',
  },
  {
    name: 'goes where its friends are',
    pod: plain(affinity('podAffinity')),
    nodes: [
      [node('a'), []],
      [node('b'), [web('x')]],
    ],
    want: 'b',
  },
  {
    name: 'does not go where no friend is',
    pod: plain(affinity('podAffinity')),
    nodes: [[node('a'), []]],
    want: "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
  },
  {
    name: 'may be the first of its friends',
    pod: plain(affinity('podAffinity'), { app: 'web' }),
    nodes: [[node('a'), []]],
    want: 'a',
  },
  {
    name: 'keeps away from its like',
    pod: plain(affinity('podAntiAffinity'), { app: 'web' }),
    nodes: [[node('a'), [web('x')]]],
    want: "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  },
  {
    name: 'is kept away by those who want to be alone',
    pod: plain({}, { app: 'web' }),
    nodes: [[node('a'), [web('x', affinity('podAntiAffinity'))]]],
    want: "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  },
  {
    name: 'means only its own namespace unless it says so',
    pod: plain(affinity('podAntiAffinity')),
    nodes: [[node('a'), [pod('x', { namespace: 'other', labels: { app: 'web' } })]]],
    want: 'a',
  },
  {
    name: 'may mean other namespaces by their labels',
    pod: plain(affinity('podAntiAffinity', { ...byHost, namespaceSelector: {} })),
    nodes: [[node('a'), [pod('x', { namespace: 'other', labels: { app: 'web' } })]]],
    want: "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  },
  {
    name: 'spreads over zones',
    pod: plain(spread(1), { app: 'web' }),
    nodes: [
      [zoned('a', 'one'), [web('x')]],
      [zoned('b', 'two'), []],
    ],
    want: 'b',
  },
  {
    name: 'would rather wait than crowd a zone',
    pod: plain(spread(1), { app: 'web' }),
    nodes: [
      [zoned('a', 'one'), [web('x')]],
      [node('b', { labels: { zone: 'two' }, spec: { unschedulable: true } }), []],
    ],
    want: "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable.",
  },
  {
    name: 'cannot spread over zones that have no name',
    pod: plain(spread(1), { app: 'web' }),
    nodes: [[node('a'), []]],
    want: "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  },
  {
    name: 'needs its claim',
    pod: plain(uses('data')),
    nodes: [[node('a'), []]],
    want: '0/1 nodes are available: persistentvolumeclaim "data" not found.',
  },
  {
    name: 'waits for an immediate claim to be bound',
    pod: plain(uses('data')),
    nodes: [[node('a'), []]],
    volumes: { claim: () => persistentVolumeClaim('data') },
    want: '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
  },
  {
    name: 'goes where its volume is',
    pod: plain(uses('data')),
    nodes: [
      [node('a'), []],
      [node('b'), []],
    ],
    volumes: {
      claim: () => persistentVolumeClaim('data', { spec: { volumeName: 'v' }, status: { phase: 'Bound' } }),
      volume: () =>
        ({
          metadata: { name: 'v' },
          spec: {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['b'] }] },
                ],
              },
            },
          },
        }) as never,
    },
    want: 'b',
  },
]

for (const { name, pod: one, nodes, volumes, want } of cases)
  test(`a pod ${name}`, () => {
    const decision = schedule(one, clusterOf(nodes, volumes))
    assert.equal('node' in decision ? decision.node : decision.message, want)
  })

const ranked = (name: string, priority: number, cpu = '500m') => asking(cpu, { priority }, { app: name }, name)

const contests: { name: string; pod: Pod; nodes: [Node, Pod[]][]; protects?: string; want: string }[] = [
  {
    name: 'removes the least important pod that makes room',
    pod: ranked('new', 10),
    nodes: [[small('a'), [ranked('x', 1), ranked('y', 5)]]],
    want: 'a: x',
  },
  {
    name: 'leaves equals alone',
    pod: ranked('new', 5),
    nodes: [[small('a'), [ranked('x', 5), ranked('y', 5)]]],
    want: '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  },
  {
    name: 'chooses the node whose victims matter least',
    pod: ranked('new', 10, '1'),
    nodes: [
      [small('a'), [ranked('x', 6)]],
      [small('b'), [ranked('y', 2)]],
    ],
    want: 'b: y',
  },
  {
    name: 'spares those under a disruption budget',
    pod: ranked('new', 10),
    nodes: [[small('a'), [ranked('x', 1), ranked('y', 5)]]],
    protects: 'x',
    want: 'a: y',
  },
  {
    name: 'cannot help a pod that is too large for any node',
    pod: ranked('new', 10, '5'),
    nodes: [[small('a'), [ranked('x', 1)]]],
    want: '0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  },
]

for (const { name, pod: one, nodes, protects, want } of contests)
  test(`preemption ${name}`, () => {
    const cluster = clusterOf(nodes)
    const decision = schedule(one, cluster)
    assert.ok('message' in decision)
    const budget = {
      metadata: { name: 'budget', namespace: 'default' },
      spec: { selector: { matchLabels: { app: protects ?? 'nobody' } } },
      status: { disruptionsAllowed: 0 },
    }
    const outcome = preempt(one, decision.refusals, cluster, [budget as never])
    const shown =
      'node' in outcome
        ? `${outcome.node}: ${outcome.victims.map(({ metadata }) => metadata.name).join(' ')}`
        : outcome.message
    assert.equal(shown, want)
  })
