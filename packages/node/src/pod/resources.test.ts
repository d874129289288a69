import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qosClassOf } from '@sampan/resources/core/pod-resources'
import { container, podOf } from './fixtures.ts'
import { containerLimits, oomScoreOf, podAmount, podLimits } from './resources.ts'

type Resources = { limits?: Record<string, string>; requests?: Record<string, string> }
const Mi = 1024 * 1024
const both = (cpu: string, memory: string): Resources => ({ limits: { cpu, memory }, requests: { cpu, memory } })

const limits: { resources?: Resources; want: object }[] = [
  { want: { cpuShares: 2 } },
  { resources: { requests: { cpu: '250m' } }, want: { cpuShares: 256 } },
  { resources: { limits: { cpu: '1' } }, want: { cpuShares: 1024, cpuQuota: 100_000 } },
  { resources: { limits: { cpu: '1' }, requests: { cpu: '100m' } }, want: { cpuShares: 102, cpuQuota: 100_000 } },
  { resources: { limits: { cpu: '1m' } }, want: { cpuShares: 2, cpuQuota: 1000 } },
  { resources: { limits: { memory: '64Mi' } }, want: { cpuShares: 2, memory: 64 * Mi } },
]
for (const { resources, want } of limits)
  test(`cgroup of ${JSON.stringify(resources)}`, () =>
    assert.deepEqual(containerLimits(container('main', { resources })), want))

const pods: {
  name: string
  containers: Resources[]
  inits?: (Resources & { sidecar?: true })[]
  whole?: Resources
  want: object
  qos: string
}[] = [
  { name: 'nothing said', containers: [{}], want: { cpuShares: 2 }, qos: 'BestEffort' },
  {
    name: 'all limited',
    containers: [both('1', '64Mi'), both('500m', '64Mi')],
    want: { cpuShares: 1536, cpuQuota: 150_000, memory: 128 * Mi },
    qos: 'Guaranteed',
  },
  { name: 'one unlimited', containers: [both('1', '64Mi'), {}], want: { cpuShares: 1024 }, qos: 'Burstable' },
  {
    name: 'limits only',
    containers: [{ limits: { cpu: '1', memory: '64Mi' } }],
    want: { cpuShares: 1024, cpuQuota: 100_000, memory: 64 * Mi },
    qos: 'Guaranteed',
  },
  {
    name: 'request below limit',
    containers: [{ limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '500m' } }],
    want: { cpuShares: 512, cpuQuota: 100_000, memory: 64 * Mi },
    qos: 'Burstable',
  },
  {
    name: 'a large init container',
    containers: [both('1', '64Mi')],
    inits: [both('2', '32Mi')],
    want: { cpuShares: 2048, cpuQuota: 200_000, memory: 64 * Mi },
    qos: 'Guaranteed',
  },
  {
    name: 'a sidecar adds',
    containers: [both('1', '64Mi')],
    inits: [{ ...both('500m', '64Mi'), sidecar: true }],
    want: { cpuShares: 1536, cpuQuota: 150_000, memory: 128 * Mi },
    qos: 'Guaranteed',
  },
  {
    name: 'said for the pod as a whole',
    containers: [{ requests: { cpu: '100m' } }, {}],
    whole: { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '500m', memory: '32Mi' } },
    want: { cpuShares: 512, cpuQuota: 100_000, memory: 64 * Mi },
    qos: 'Burstable',
  },
  {
    name: 'a whole with limits only',
    containers: [{}],
    whole: { limits: { cpu: '1', memory: '64Mi' } },
    want: { cpuShares: 1024, cpuQuota: 100_000, memory: 64 * Mi },
    qos: 'Guaranteed',
  },
]
for (const { name, containers, inits = [], whole, want, qos } of pods) {
  const pod = podOf({
    spec: {
      ...(whole && { resources: whole }),
      containers: containers.map((resources, index) => container(`c${index}`, { resources })),
      initContainers: inits.map(({ sidecar, ...resources }, index) =>
        container(`i${index}`, { resources, ...(sidecar && { restartPolicy: 'Always' }) }),
      ),
    },
  })
  test(`pod cgroup: ${name}`, () => assert.deepEqual(podLimits(pod), want))
  test(`QoS: ${name}`, () => assert.equal(qosClassOf(pod), qos))
}

test('a sidecar before an init container counts beside it', () => {
  const amounts: Record<string, number> = { side: 1, init: 5, main: 2 }
  const sidecar = container('side', { restartPolicy: 'Always' })
  const pod = podOf({ spec: { initContainers: [sidecar, container('init')], containers: [container('main')] } })
  assert.equal(
    podAmount(pod, ({ name }) => amounts[name]!),
    6,
  )
})

test('what a pod asks for beyond its containers keeps each of them longer', () => {
  const [a, b] = [container('a', { resources: { requests: { memory: '512Mi' } } }), container('b')]
  const pod = podOf({ spec: { containers: [a, b], resources: { requests: { memory: '1536Mi' } } } })
  assert.deepEqual(
    [a, b].map((one) => oomScoreOf(pod, one, 4096 * Mi)),
    [750, 875],
  )
})

const scores: { resources: Resources; priority?: number; want: number }[] = [
  { resources: {}, want: 1000 },
  { resources: both('1', '1Gi'), want: -997 },
  { resources: { requests: { memory: '1Gi' } }, want: 750 },
  { resources: { requests: { memory: '4Gi' } }, want: 2 },
  { resources: { requests: { memory: '1Ki' } }, want: 999 },
  { resources: {}, priority: 2_000_000_000, want: -997 },
]
for (const { resources, priority, want } of scores) {
  test(`oom score of ${JSON.stringify(resources)} with priority ${priority ?? 0}`, () => {
    const main = container('main', { resources })
    assert.equal(oomScoreOf(podOf({ spec: { containers: [main], priority } }), main, 4096 * Mi), want)
  })
}
