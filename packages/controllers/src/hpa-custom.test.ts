import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '@sampan/resources/errors'
import { pod } from '@sampan/resources/fixtures'
import { builtInKinds } from '@sampan/resources/kinds'
import { type Metric, proposedBy, type Reading, readMetric, shownCustom } from './hpa-custom.ts'

const now = new Date('2026-01-01T01:00:00Z')
const up = (name: string) => pod(name, { ready: true, status: { startTime: '2026-01-01T00:00:00Z' as never } })
const pods = [up('p0'), up('p1')]
const tolerance = { up: 0.1, down: 0.1 }
const queue = { name: 'queue', selector: { matchLabels: { q: 'a b' } } }
const perPod: Metric = {
  type: 'Pods',
  pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } },
}
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' }
const object = (target: object): Metric => ({
  type: 'Object',
  object: { metric: { name: 'rps' }, describedObject: ingress, target: target as never },
})
const external = (target: object): Metric => ({
  type: 'External',
  external: { metric: queue, target: target as never },
})

const proposals: { name: string; metric: Metric; reading: Reading; current?: number; want: number; shown?: object }[] =
  [
    {
      name: 'pods at twice their target',
      metric: perPod,
      reading: {
        pods: new Map([
          ['p0', 20_000],
          ['p1', 20_000],
        ]),
      },
      want: 4,
    },
    { name: 'a pod that tells nothing', metric: perPod, reading: { pods: new Map([['p0', 15_000]]) }, want: 2 },
    {
      name: 'an object at its target',
      metric: object({ type: 'Value', value: '100' }),
      reading: { total: 105_000 },
      want: 2,
      shown: { value: '105' },
    },
    {
      name: 'an object at three times its target',
      metric: object({ type: 'Value', value: '100' }),
      reading: { total: 300_000 },
      want: 6,
    },
    {
      name: 'a queue shared by the pods',
      metric: external({ type: 'AverageValue', averageValue: '30' }),
      reading: { total: 100_000 },
      want: 4,
      shown: { averageValue: '50' },
    },
    {
      name: 'a queue while nothing runs',
      metric: external({ type: 'AverageValue', averageValue: '30' }),
      reading: { total: 31_000 },
      current: 0,
      want: 2,
    },
    {
      name: 'a queue nearly right',
      metric: external({ type: 'AverageValue', averageValue: '30' }),
      reading: { total: 63_000 },
      want: 2,
    },
  ]
for (const { name, metric, reading, current = 2, want, shown } of proposals)
  test(`autoscaling by ${name}`, () => {
    const proposal = proposedBy(metric, reading, { pods, current, tolerance, now })
    assert.equal(proposal.replicas, want)
    const {
      pods: a,
      object: b,
      external: c,
    } = shownCustom(metric, proposal) as unknown as Record<string, { current: object }>
    if (shown) assert.deepEqual((a ?? b ?? c)?.current, shown)
  })

test('a wider tolerance leaves more as it is', () => {
  const metric = object({ type: 'Value', value: '100' })
  const wide = { up: 0.5, down: 0 }
  assert.equal(proposedBy(metric, { total: 140_000 }, { pods, current: 2, tolerance: wide, now }).replicas, 2)
  assert.equal(proposedBy(metric, { total: 90_000 }, { pods, current: 1, tolerance: wide, now }).replicas, 2)
})

const reads: { name: string; metric: Metric; path: string; items: object[]; want: Reading }[] = [
  {
    name: 'of pods',
    metric: perPod,
    path: '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/*/rps?labelSelector=app%3Dweb',
    items: [{ describedObject: { name: 'p0' }, value: '1500m' }],
    want: { pods: new Map([['p0', 1500]]) },
  },
  {
    name: 'of an object, by an adapter of the older version',
    metric: object({ type: 'Value', value: '1' }),
    path: '/apis/custom.metrics.k8s.io/v1beta1/namespaces/shop/ingresses.networking.k8s.io/web/rps',
    items: [{ value: '7' }],
    want: { total: 7000 },
  },
  {
    name: 'from outside, summed',
    metric: external({ type: 'Value', value: '1' }),
    path: '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue?labelSelector=q%3Da%20b',
    items: [{ value: '1' }, { value: '2k' }],
    want: { total: 2_001_000 },
  },
]
for (const { name, metric, path, items, want } of reads)
  test(`metrics ${name}`, async () => {
    const ask = async (asked: string) => {
      if (asked !== path) throw new StatusError('NotFound', asked)
      return { items }
    }
    const asking = { ask, namespace: 'shop', selector: 'app=web', kinds: builtInKinds }
    assert.deepEqual(await readMetric(metric, asking), want)
    const nobody = { ...asking, ask: async (asked: string) => Promise.reject(new StatusError('NotFound', asked)) }
    await assert.rejects(readMetric(metric, nobody), /unable to get metric from (custom|external) metrics API/)
  })
