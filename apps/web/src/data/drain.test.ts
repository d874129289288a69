import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drainPlan, type Eviction, evictAll, keyOf } from './drain.ts'
import type { PodLike } from './pod.ts'

const pod = (
  name: string,
  owner?: string,
  more: Partial<PodLike['metadata']> = {},
  volumes: object[] = [],
): PodLike => ({
  metadata: {
    name,
    namespace: 'shop',
    ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: owner, name: 'x', uid: 'u', controller: true }] }),
    ...more,
  },
  spec: { volumes: volumes as { name: string }[] },
})

test('a drain moves what is made again, names what is lost, and leaves what every node has', () => {
  const names = (pods: readonly PodLike[]) => pods.map(({ metadata }) => metadata.name)
  const plan = drainPlan([
    pod('web', 'ReplicaSet', {}, [{ name: 'tmp', emptyDir: {} }]),
    pod('alone'),
    pod('agent', 'DaemonSet'),
    pod('static', 'Node', { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    pod('ending', 'ReplicaSet', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  ])
  assert.deepEqual(names(plan.moved), ['web'])
  assert.deepEqual(names(plan.lost), ['alone'])
  assert.deepEqual(names(plan.scratch), ['web'])
  assert.deepEqual(names(plan.kept), ['agent', 'static'])
})

test('a pod held by a disruption budget is asked for again until it may go', async () => {
  const asked: string[] = []
  const told: string[][] = []
  let rounds = 0
  await evictAll([pod('a', 'ReplicaSet'), pod('b', 'ReplicaSet')], {
    evict: async (one): Promise<Eviction> => {
      asked.push(keyOf(one))
      return one.metadata.name === 'b' && rounds < 2 ? { kind: 'held', message: 'budget' } : { kind: 'asked' }
    },
    wait: async () => void rounds++,
    signal: new AbortController().signal,
    onHeld: (held) => told.push([...held.keys()]),
  })
  assert.deepEqual(asked, ['shop/a', 'shop/b', 'shop/b', 'shop/b'])
  assert.deepEqual(told, [['shop/b'], ['shop/b'], []])
})

test('a drain that is left asks for nothing more', async () => {
  const control = new AbortController()
  let asked = 0
  await evictAll([pod('a'), pod('b')], {
    evict: async (): Promise<Eviction> => {
      asked++
      return { kind: 'held', message: '' }
    },
    wait: async () => control.abort(),
    signal: control.signal,
    onHeld: () => undefined,
  })
  assert.equal(asked, 2)
})
