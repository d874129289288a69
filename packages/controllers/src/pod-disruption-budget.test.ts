import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import { pod } from '@sampan/resources/fixtures'
import type { PodDisruptionBudget } from '@sampan/resources/policy/pod-disruption-budget'
import { reconcileBudget } from './pod-disruption-budget.ts'

const now = new Date('2026-01-01T01:00:00Z')
const up = (name: string) => pod(name, { ready: true })
const budget = (spec: object, status?: object) =>
  ({ metadata: { name: 'b', namespace: 'default', generation: 3 }, spec, status }) as unknown as PodDisruptionBudget
const four = ['a', 'b', 'c', 'd'].map(up)

const cases: { name: string; of: PodDisruptionBudget; pods: Pod[]; replicas?: number; want: number[] }[] = [
  { name: 'keeps a number available', of: budget({ minAvailable: 3 }), pods: four, want: [1, 4, 3, 4] },
  {
    name: 'keeps a share available, rounded up',
    of: budget({ minAvailable: '60%' }),
    pods: four,
    replicas: 4,
    want: [1, 4, 3, 4],
  },
  { name: 'lets a number go', of: budget({ maxUnavailable: 1 }), pods: four, replicas: 4, want: [1, 4, 3, 4] },
  {
    name: 'lets a share go, rounded up',
    of: budget({ maxUnavailable: '30%' }),
    pods: four,
    replicas: 4,
    want: [2, 4, 2, 4],
  },
  {
    name: 'counts what should be there, not what is',
    of: budget({ maxUnavailable: 1 }),
    pods: four.slice(0, 3),
    replicas: 4,
    want: [0, 3, 3, 4],
  },
  {
    name: 'does not count pods that are not ready or leaving',
    of: budget({ minAvailable: 1 }),
    pods: [up('a'), pod('b'), pod('c', { ready: true, deleting: true })],
    want: [0, 1, 1, 3],
  },
  { name: 'lets nobody go where nobody is', of: budget({ minAvailable: 0 }), pods: [], want: [0, 0, 0, 0] },
  {
    name: 'counts a pod whose eviction was allowed as gone',
    of: budget({ minAvailable: 2 }, { disruptedPods: { a: '2026-01-01T00:59:50Z' } }),
    pods: four,
    want: [1, 3, 2, 4],
  },
  {
    name: 'forgets an eviction that never came',
    of: budget({ minAvailable: 2 }, { disruptedPods: { a: '2026-01-01T00:50:00Z' } }),
    pods: four,
    want: [2, 4, 2, 4],
  },
]
for (const { name, of, pods, replicas, want } of cases)
  test(`a disruption budget ${name}`, () => {
    const scaleOf = () => (replicas === undefined ? undefined : { owner: 'u', replicas })
    const [said] = reconcileBudget(of, { pods, scaleOf, now })
    const status = said?.op === 'status' ? (said.status as NonNullable<PodDisruptionBudget['status']>) : undefined
    assert.deepEqual(
      [status?.disruptionsAllowed, status?.currentHealthy, status?.desiredHealthy, status?.expectedPods],
      want,
    )
    assert.equal(status?.observedGeneration, 3)
  })

test('a disruption budget in shares of pods nobody scales allows nothing and says so', () => {
  const [said, status] = reconcileBudget(budget({ minAvailable: '50%' }), { pods: four, scaleOf: () => undefined, now })
  assert.equal(said?.op === 'event' && said.reason, 'CalculateExpectedPodCountFailed')
  assert.equal(status?.op === 'status' && (status.status as { disruptionsAllowed: number }).disruptionsAllowed, 0)
})
