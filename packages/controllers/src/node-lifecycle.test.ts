import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '@sampan/control/plan'
import { lease } from '@sampan/resources/coordination/lease'
import { type Node, node as nodeKind } from '@sampan/resources/core/node'
import { pod as podKind } from '@sampan/resources/core/pod'
import { node, pod } from '@sampan/resources/fixtures'
import { nodeLifecycle, watchNode } from './node-lifecycle.ts'
import { collectPod } from './pod-gc.ts'
import { draft, running } from './run-test.test-support.ts'
import { evictPod, taintEviction } from './taint-eviction.ts'

const now = new Date('2026-01-01T01:00:00Z')
const heard = now.getTime()
const taints = (plan: Plan) => {
  const write = plan.find((step) => step.op === 'update')
  return (
    write &&
    (write.object as Node).spec.taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')} ${effect}`)
  )
}
const withConditions = (conditions: object[], spec: object = {}) => node('a', { spec, status: { conditions } as never })

const cases: { name: string; of: Node; heardAt?: number; want: string[] | undefined }[] = [
  { name: 'leaves a ready node alone', of: node('a'), want: undefined },
  {
    name: 'keeps pods off a node that is not ready',
    of: node('a', { ready: false }),
    want: ['not-ready NoSchedule', 'not-ready NoExecute'],
  },
  { name: 'keeps pods off a node that never said anything', of: withConditions([]), want: ['not-ready NoSchedule'] },
  {
    name: 'sends pods away from a node nobody hears',
    of: node('a'),
    heardAt: heard - 60_000,
    want: ['unreachable NoSchedule', 'unreachable NoExecute'],
  },
  {
    name: 'marks a cordoned node',
    of: node('a', { spec: { unschedulable: true } }),
    want: ['unschedulable NoSchedule'],
  },
  {
    name: 'marks a full disk and keeps taints of others',
    of: withConditions(
      [
        { type: 'Ready', status: 'True' },
        { type: 'DiskPressure', status: 'True' },
      ],
      { taints: [{ key: 'mine', effect: 'NoSchedule' }] },
    ),
    want: ['mine NoSchedule', 'disk-pressure NoSchedule'],
  },
  {
    name: 'takes its own taints away again',
    of: withConditions([{ type: 'Ready', status: 'True' }], {
      taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }],
    }),
    want: [],
  },
]
for (const { name, of, heardAt = heard, want } of cases)
  test(`node lifecycle ${name}`, () => assert.deepEqual(taints(watchNode(of, { heardAt, pods: [], now })), want))

test('node lifecycle: pods of a lost node are not ready', () => {
  const plan = watchNode(node('a'), { heardAt: heard - 60_000, pods: [pod('p', { ready: true }), pod('q')], now })
  const said = plan.filter((step) => step.op === 'status').map(({ object }) => object.metadata.name)
  assert.deepEqual(said, ['a', 'p'])
})

test('a node is lost when it is silent for the grace period after the start, and comes back with a word', async () => {
  await running([nodeLifecycle(), taintEviction], async ({ client, clock, settle }) => {
    await client.create(nodeKind, draft({ ...node('a'), status: node('a').status }))
    const beat = () => ({
      metadata: { name: 'a', namespace: 'kube-node-lease' },
      spec: { renewTime: clock.now().toISOString() as never },
    })
    await client.create(lease, beat())
    for (let i = 0; i < 10; i++) {
      await clock.advance(10_000)
      await client.patch(lease, { namespace: 'kube-node-lease', name: 'a' }, { spec: beat().spec })
    }
    await settle()
    assert.equal((await client.get(nodeKind, { name: 'a' })).spec.taints, undefined)
    await client.create(podKind, {
      metadata: { name: 'p' },
      spec: {
        nodeName: 'a',
        containers: [{ name: 'a', image: 'x' }],
        tolerations: [
          { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        ],
      },
    } as never)
    await clock.advance(60_000)
    await settle()
    assert.equal((await client.get(nodeKind, { name: 'a' })).spec.taints?.length, 2)
    const leaving = async () =>
      (await client.get(podKind, { namespace: 'default', name: 'p' })).metadata.deletionTimestamp
    await clock.advance(200_000)
    assert.equal(await leaving(), undefined)
    await clock.advance(120_000)
    await settle()
    assert.ok(await leaving())
    const ready = { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'x' }] } }
    await client.patch(nodeKind, { name: 'a' }, ready, { subresource: 'status' })
    await settle()
    assert.deepEqual((await client.get(nodeKind, { name: 'a' })).spec.taints, [])
  })
})

test('a pod leaves a node when its toleration is over, also of a taint that does not say since when it is there', async () => {
  await running([nodeLifecycle(), taintEviction], async ({ client, clock, settle }) => {
    const ready = { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'x' }] }
    const made = await client.create(nodeKind, { metadata: { name: 'a' }, spec: {} } as never)
    await client.updateStatus(nodeKind, { ...made, status: ready } as never)
    await client.create(podKind, draft(tolerating(30)))
    const leaving = async () =>
      (await client.get(podKind, { namespace: 'default', name: 'p' })).metadata.deletionTimestamp !== undefined
    await client.patch(nodeKind, { name: 'a' }, { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } })
    await settle()
    await clock.advance(25_000)
    await settle()
    assert.equal(await leaving(), false)
    await clock.advance(6_000)
    await settle()
    assert.equal(await leaving(), true)
  })
})

const tainted = (timeAdded = '2026-01-01T00:59:00Z') =>
  node('a', { spec: { taints: [{ key: 'x', effect: 'NoExecute', timeAdded: timeAdded as never }] } })
const tolerating = (tolerationSeconds?: number) =>
  pod('p', {
    node: 'a',
    spec: { tolerations: [{ key: 'x', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }] },
  })
const evictions = [
  {
    name: 'leaves at once without a toleration',
    of: pod('p', { node: 'a' }),
    on: tainted(),
    want: ['event', 'status', 'remove'],
  },
  { name: 'stays for ever with one', of: tolerating(), on: tainted(), want: [] },
  { name: 'stays for as long as it tolerates', of: tolerating(90), on: tainted(), want: ['again'] },
  { name: 'leaves when that time is over', of: tolerating(30), on: tainted(), want: ['event', 'status', 'remove'] },
  { name: 'stays where no taint is', of: pod('p', { node: 'a' }), on: node('a'), want: [] },
]
for (const { name, of, on, want } of evictions)
  test(`a pod on a tainted node ${name}`, () =>
    assert.deepEqual(
      evictPod(of, on, now).map(({ op }) => op),
      want,
    ))

test('pods nobody will finish are collected', () => {
  const ops = (one: Parameters<typeof collectPod>[0], nodeGoneSince?: number) =>
    collectPod(one, { nodeGoneSince, now }).map(({ op }) => op)
  assert.deepEqual(ops(pod('p', { deleting: true })), ['remove'])
  assert.deepEqual(ops(pod('p', { node: 'a', deleting: true })), [])
  assert.deepEqual(ops(pod('p', { node: 'a' }), heard - 1000), ['again'])
  assert.deepEqual(ops(pod('p', { node: 'a' }), heard - 60_000), ['status', 'remove'])
})
