import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import { type FakeClock, fakeClock } from '@sampan/kit/clock'
import { conditionOf } from '@sampan/resources/conditions'
import { event } from '@sampan/resources/core/event'
import { node } from '@sampan/resources/core/node'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { type Pod, pod } from '@sampan/resources/core/pod'
import * as fixture from '@sampan/resources/fixtures'
import { storageClass } from '@sampan/resources/storage/storage-class'
import { runScheduler } from './run-scheduler.ts'
import { selectedNode } from './volumes.ts'
import { waitingPods } from './waiting-pods.ts'

interface Parts {
  client: MemoryClient
  clock: FakeClock
  settle(): Promise<void>
  nodeOf(name: string): Promise<string | undefined>
  why(name: string): Promise<string | undefined>
}

async function scheduling(run: (parts: Parts) => Promise<void>) {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const scheduler = runScheduler({ client, clock })
  await scheduler.synced
  const at = (name: string) => ({ namespace: 'default', name })
  try {
    await run({
      client,
      clock,
      async settle() {
        await scheduler.idle()
        await clock.advance(2000)
        await scheduler.idle()
      },
      nodeOf: async (name) => (await client.get(pod, at(name))).spec.nodeName,
      why: async (name) => conditionOf(await client.get(pod, at(name)), 'PodScheduled')?.message,
    })
  } finally {
    await scheduler.close()
  }
}

const draft = (name: string, spec: Partial<Pod['spec']> = {}) => ({
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '600m' } } }], ...spec },
})
const small = (name: string) => fixture.node(name, { status: { allocatable: { cpu: '1', memory: '1Gi', pods: '10' } } })

test('a pod gets its node at once, and an event says so', async () => {
  await scheduling(async ({ client, settle, nodeOf }) => {
    await client.create(node, small('a'))
    await client.create(pod, draft('web'))
    await settle()
    assert.equal(await nodeOf('web'), 'a')
    const [said] = (await client.list(event)).items
    assert.deepEqual(
      [said?.reason, said?.message, said?.source?.component],
      ['Scheduled', 'Successfully assigned default/web to a', 'default-scheduler'],
    )
  })
})

test('a node is never given away twice, however many pods come at once', async () => {
  await scheduling(async ({ client, settle }) => {
    await client.create(node, small('a'))
    await client.create(node, small('b'))
    for (let i = 0; i < 5; i++) await client.create(pod, draft(`web-${i}`))
    await settle()
    const nodes = (await client.list(pod)).items.map(({ spec }) => spec.nodeName).filter(Boolean)
    assert.deepEqual(nodes.toSorted(), ['a', 'b'])
  })
})

test('a pod that fits nowhere says why once, and gets its node when room is made', async () => {
  await scheduling(async ({ client, settle, nodeOf, why }) => {
    await client.create(node, small('a'))
    await client.create(pod, draft('first'))
    await client.create(pod, draft('second'))
    await settle()
    assert.equal(
      await why('second'),
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    )
    const writes = client.writes.length
    await client.patch(node, { name: 'a' }, { status: { conditions: [] } }, { subresource: 'status' })
    await settle()
    assert.equal(client.writes.length, writes + 1, 'a heartbeat of a node wakes nobody')
    await client.remove(pod, { namespace: 'default', name: 'first' }, { graceSeconds: 0 })
    await settle()
    assert.equal(await nodeOf('second'), 'a')
  })
})

test('a finished pod makes room; a new node does; a gate that opens does', async () => {
  await scheduling(async ({ client, settle, nodeOf, why }) => {
    await client.create(pod, draft('web'))
    await settle()
    assert.equal(await why('web'), 'no nodes available to schedule pods')
    await client.create(node, small('a'))
    await settle()
    assert.equal(await nodeOf('web'), 'a')
    await client.create(pod, draft('gated', { schedulingGates: [{ name: 'test/wait' }] }))
    await settle()
    assert.equal(await why('gated'), 'Scheduling is blocked due to non-empty scheduling gates')
    await client.patch(
      pod,
      { namespace: 'default', name: 'web' },
      { status: { phase: 'Succeeded' } },
      { subresource: 'status' },
    )
    await client.patch(pod, { namespace: 'default', name: 'gated' }, { spec: { schedulingGates: null } })
    await settle()
    assert.equal(await nodeOf('gated'), 'a')
  })
})

test('an important pod takes the place of a lesser one', async () => {
  await scheduling(async ({ client, settle, nodeOf, clock }) => {
    await client.create(node, small('a'))
    await client.create(pod, draft('lesser', { priority: 1 }))
    await settle()
    await client.create(pod, draft('vip', { priority: 100 }))
    await settle()
    const leaving = await client.get(pod, { namespace: 'default', name: 'lesser' })
    assert.ok(leaving.metadata.deletionTimestamp)
    assert.equal(conditionOf(leaving, 'DisruptionTarget')?.reason, 'PreemptionByScheduler')
    assert.equal((await client.get(pod, { namespace: 'default', name: 'vip' })).status?.nominatedNodeName, 'a')
    await client.create(pod, draft('thief', { priority: 50 }))
    await client.remove(pod, { namespace: 'default', name: 'lesser' }, { graceSeconds: 0 })
    await settle()
    await clock.advance(20_000)
    assert.deepEqual([await nodeOf('vip'), await nodeOf('thief')], ['a', undefined])
  })
})

test('pods of other schedulers are left alone', async () => {
  await scheduling(async ({ client, settle, nodeOf }) => {
    await client.create(node, small('a'))
    await client.create(pod, draft('web', { schedulerName: 'mine' }))
    await settle()
    assert.equal(await nodeOf('web'), undefined)
  })
})

test('a claim that waits for its consumer learns the node first', async () => {
  await scheduling(async ({ client, settle, nodeOf }) => {
    await client.create(node, small('a'))
    await client.create(storageClass, {
      metadata: { name: 'local' },
      provisioner: 'test',
      volumeBindingMode: 'WaitForFirstConsumer',
    } as never)
    const spec = {
      storageClassName: 'local',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    }
    const claim = { metadata: { name: 'data' }, spec }
    await client.create(persistentVolumeClaim, claim as never)
    await client.create(
      pod,
      draft('web', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
    )
    await settle()
    assert.equal(await nodeOf('web'), undefined)
    const at = { namespace: 'default', name: 'data' }
    assert.equal((await client.get(persistentVolumeClaim, at)).metadata.annotations?.[selectedNode], 'a')
    await client.patch(persistentVolumeClaim, at, { spec: { volumeName: 'v' } })
    await client.patch(persistentVolumeClaim, at, { status: { phase: 'Bound' } }, { subresource: 'status' })
    await settle()
    assert.equal(await nodeOf('web'), 'a')
  })
})

test('waiting pods: by priority, then in the order of asking; parked ones wait for their back-off', async () => {
  const clock = fakeClock()
  const waiting = waitingPods(clock, () => undefined)
  for (const [key, priority] of [
    ['a', 0],
    ['b', 5],
    ['c', 0],
    ['d', 5],
  ] as const)
    waiting.add(key, priority)
  waiting.drop('c')
  assert.deepEqual([waiting.take(), waiting.take(), waiting.take(), waiting.take()], ['b', 'd', 'a', undefined])
  waiting.park('a', 0)
  waiting.wake()
  assert.equal(waiting.take(), undefined)
  await clock.advance(1000)
  assert.equal(waiting.take(), 'a')
  waiting.park('a', 0)
  await clock.advance(5 * 60_000)
  assert.equal(waiting.take(), 'a', 'nobody is forgotten')
  waiting.close()
})
