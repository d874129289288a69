import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan, Step } from '@sampan/control/plan'
import type { Pod } from '@sampan/resources/core/pod'
import { StatusError } from '@sampan/resources/errors'
import { pod, replicaSet } from '@sampan/resources/fixtures'
import { ownerReference } from '@sampan/resources/owners'
import { leastUsefulFirst } from './pod-rank.ts'
import { reconcileReplicaSet } from './replica-set.ts'
import type { ReplicatedStatus } from './replicas.ts'

const now = new Date('2026-01-01T01:00:00Z')
const owner = ownerReference({ group: 'apps', version: 'v1', kind: 'ReplicaSet' }, replicaSet('web'))
type Options = Parameters<typeof pod>[1]
const own = (name: string, options: Options = {}) =>
  pod(name, { labels: { app: 'web' }, owner, ready: true, node: 'n', ...options })
const orphan = (name: string, options: Options = {}) => pod(name, { labels: { app: 'web' }, ready: true, ...options })

const shown = (step: Step) =>
  step.op === 'create'
    ? `create ${step.object.metadata.generateName}`
    : step.op === 'remove'
      ? `remove ${step.object.metadata.name}`
      : step.op === 'patch'
        ? `${step.at.name} owners ${(step.patch as { metadata: { ownerReferences: unknown[] } }).metadata.ownerReferences.length}`
        : step.op
const changes = (plan: Plan) => plan.filter(({ op }) => !['status', 'event', 'again'].includes(op)).map(shown)

const cases: { name: string; replicas: number; owned?: Pod[]; orphans?: Pod[]; want: string[] }[] = [
  { name: 'starts what is missing', replicas: 2, want: ['create web-', 'create web-'] },
  {
    name: 'replaces a failed pod',
    replicas: 1,
    owned: [own('a', { phase: 'Failed', ready: false })],
    want: ['create web-'],
  },
  { name: 'replaces a pod that is leaving', replicas: 1, owned: [own('a', { deleting: true })], want: ['create web-'] },
  {
    name: 'drops an unready pod first',
    replicas: 1,
    owned: [own('a'), own('b', { ready: false, phase: 'Running' })],
    want: ['remove b'],
  },
  { name: 'leaves a settled set alone', replicas: 1, owned: [own('a')], want: [] },
  {
    name: 'adopts a matching orphan instead of starting one',
    replicas: 1,
    orphans: [orphan('a')],
    want: ['a owners 1'],
  },
  {
    name: 'does not adopt a finished orphan',
    replicas: 0,
    orphans: [orphan('a', { phase: 'Succeeded', ready: false })],
    want: [],
  },
  {
    name: 'adopts one too many and removes one',
    replicas: 0,
    orphans: [orphan('a')],
    want: ['a owners 1', 'remove a'],
  },
  { name: 'leaves strangers alone', replicas: 0, orphans: [orphan('a', { labels: { app: 'db' } })], want: [] },
  {
    name: 'lets go of a pod whose labels changed and replaces it',
    replicas: 1,
    owned: [own('a', { labels: { app: 'debug' } })],
    want: ['a owners 0', 'create web-'],
  },
]

const reconcile = (replicas: number, owned: Pod[] = [], orphans: Pod[] = [], set = replicaSet('web', { replicas })) =>
  reconcileReplicaSet(set, { owned, orphans, now })
const statusIn = (plan: Plan) => plan.find((step) => step.op === 'status')?.status as ReplicatedStatus

for (const { name, replicas, owned, orphans, want } of cases)
  test(`ReplicaSet ${name}`, () => assert.deepEqual(changes(reconcile(replicas, owned, orphans)), want))

test('ReplicaSet that is being deleted starts and removes nothing', () => {
  const set = replicaSet('web', { replicas: 3, deleting: true })
  assert.deepEqual(changes(reconcile(3, [own('a')], [orphan('b')], set)), [])
})

test('ReplicaSet status counts', () => {
  const status = statusIn(
    reconcile(4, [
      own('a'),
      own('b', { ready: false, phase: 'Running' }),
      own('c', { deleting: true }),
      own('d', { phase: 'Failed', ready: false }),
    ]),
  )
  assert.deepEqual(JSON.parse(JSON.stringify(status)), {
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 1,
    availableReplicas: 1,
    observedGeneration: 1,
    terminatingReplicas: 1,
  })
})

test('ReplicaSet with minReadySeconds counts a pod as available later, and looks again then', () => {
  const set = { ...replicaSet('web', { replicas: 1 }) }
  set.spec = { ...set.spec, minReadySeconds: 30 }
  const plan = reconcile(1, [own('a', { readySince: '2026-01-01T00:59:50Z' })], [], set)
  assert.equal(statusIn(plan).availableReplicas, undefined)
  assert.deepEqual(plan.at(-1), { op: 'again', afterMs: 20_000 })
})

test('ReplicaSet says why it cannot start pods, and stops saying it', () => {
  const step = reconcile(1)[0]
  assert.ok(step?.op === 'create')
  const said = step.failed?.(new StatusError('Forbidden', 'exceeded quota: small')) ?? []
  assert.deepEqual(said[0]?.op === 'event' && [said[0].reason, said[0].message], [
    'FailedCreate',
    'Error creating: exceeded quota: small',
  ])
  const failing = statusIn(said)
  assert.deepEqual(failing.conditions, [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota: small',
      lastTransitionTime: '2026-01-01T01:00:00Z',
    },
  ])
  const set = replicaSet('web', { replicas: 1, status: failing as never })
  const [next] = reconcile(1, [], [], set)
  assert.ok(next?.op === 'create')
  const repeated = next.failed?.(new StatusError('Forbidden', 'exceeded quota: another pod')) ?? []
  assert.deepEqual(statusIn(repeated).conditions, failing.conditions)
  assert.equal(statusIn(reconcile(1, [own('a')], [], set)).conditions, undefined)
})

test('ReplicaSet makes pods that are its own', () => {
  const [step] = reconcile(1)
  assert.ok(step?.op === 'create')
  assert.deepEqual(step.object.metadata, {
    generateName: 'web-',
    namespace: 'default',
    labels: { app: 'web' },
    ownerReferences: [owner],
  })
})

const ranks: { name: string; first: Options; second: Options }[] = [
  { name: 'not assigned to a node', first: { node: undefined }, second: {} },
  {
    name: 'pending before running',
    first: { ready: false, phase: 'Pending' },
    second: { ready: false, phase: 'Running' },
  },
  { name: 'not ready', first: { ready: false, phase: 'Running' }, second: {} },
  {
    name: 'cheaper to delete',
    first: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } },
    second: {},
  },
  { name: 'ready for a shorter time', first: { readySince: '2026-01-01T00:30:00Z' }, second: {} },
  { name: 'more restarts', first: { status: { containerStatuses: [{ restartCount: 3 } as never] } }, second: {} },
  { name: 'younger', first: { created: '2026-01-01T00:30:00Z' }, second: {} },
]
for (const { name, first, second } of ranks)
  test(`of two pods goes first the one that is: ${name}`, () => {
    const pods = [own('a-second', second), own('b-first', first)]
    assert.equal(leastUsefulFirst(pods)[0]?.metadata.name, 'b-first')
    assert.equal(leastUsefulFirst(pods.toReversed())[0]?.metadata.name, 'b-first')
  })

test('of several pods the doubled up go first', () => {
  const pods = [own('a', { node: 'x' }), own('b', { node: 'y' }), own('c', { node: 'y' })]
  assert.notEqual(leastUsefulFirst(pods)[0]?.metadata.name, 'a')
})
