import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan, Step } from '@sampan/control/plan'
import type { Deployment } from '@sampan/resources/apps/deployment'
import type { ReplicaSet } from '@sampan/resources/apps/replica-set'
import { alreadyExists } from '@sampan/resources/errors'
import { deployment, replicaSet } from '@sampan/resources/fixtures'
import { reconcileDeployment } from './deployment.ts'
import type { DeploymentStatus } from './deployment-status.ts'
import { desiredKey, hashLabel, historyKey, maxKey, revisionKey, templateHash } from './revision.ts'

const now = new Date('2026-01-01T01:00:00Z')

interface SetOptions {
  image?: string
  spec: number
  ready?: number
  revision?: number | bigint
  desired?: number
  max?: number
  created?: string
  annotations?: Record<string, string>
}

function set(
  name: string,
  { image = 'web:1', spec, ready = spec, revision = 1, desired, max, ...rest }: SetOptions,
): ReplicaSet {
  return replicaSet(name, {
    image,
    replicas: spec,
    match: { app: 'web', [hashLabel]: name },
    annotations: {
      [revisionKey]: String(revision),
      ...(desired !== undefined && { [desiredKey]: String(desired), [maxKey]: String(max ?? desired + 1) }),
      ...rest.annotations,
    },
    ...(rest.created && { created: rest.created }),
    status: { replicas: spec, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  })
}

function shown(step: Step): string {
  switch (step.op) {
    case 'create':
      return `create ${step.object.metadata.name} ×${(step.object as ReplicaSet).spec.replicas}`
    case 'update':
      return `${step.object.metadata.name} → ${(step.object as ReplicaSet).spec.replicas}`
    case 'remove':
      return `remove ${step.object.metadata.name}`
    case 'patch':
      return `revision ${(step.patch as { metadata: { annotations: Record<string, string> } }).metadata.annotations[revisionKey]}`
    default:
      return step.op
  }
}
const changes = (plan: Plan) => plan.filter(({ op }) => !['status', 'event', 'again'].includes(op)).map(shown)
const reconcile = (one: Deployment, sets: ReplicaSet[], hasPods = false) =>
  reconcileDeployment(one, { sets, hasPods: () => hasPods, now })
const statusIn = (plan: Plan) => plan.find((step) => step.op === 'status')?.status as DeploymentStatus
const conditionsIn = (plan: Plan) =>
  statusIn(plan).conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)
const eventsIn = (plan: Plan) => plan.filter((step) => step.op === 'event').map(({ message }) => message)

const web = (replicas: number, spec: object = {}, image = 'web:2') =>
  deployment('web', {
    replicas,
    image,
    annotations: { [revisionKey]: '2' },
    spec: { progressDeadlineSeconds: 600, revisionHistoryLimit: 10, ...spec },
  })
const first = `web-${templateHash(web(1).spec.template)}`
const recreate = { strategy: { type: 'Recreate' } }

const cases: { name: string; of: Deployment; sets: ReplicaSet[]; hasPods?: boolean; want: string[] }[] = [
  { name: 'starts its first set at full size', of: web(3), sets: [], want: [`create ${first} ×3`, 'revision 1'] },
  {
    name: 'starts a new set with what fits beside the old',
    of: web(4),
    sets: [set('a', { spec: 4, desired: 4 })],
    want: [`create ${first} ×1`],
  },
  {
    name: 'takes off the old as the new becomes available',
    of: web(4),
    sets: [set('a', { spec: 3, desired: 4 }), set('b', { image: 'web:2', spec: 2, revision: 2, desired: 4 })],
    want: ['a → 1'],
  },
  {
    name: 'grows the new as the old leaves',
    of: web(4),
    sets: [set('a', { spec: 1, desired: 4 }), set('b', { image: 'web:2', spec: 2, revision: 2, desired: 4 })],
    want: ['b → 4'],
  },
  {
    name: 'waits while the new is not available',
    of: web(4),
    sets: [set('a', { spec: 3, desired: 4 }), set('b', { image: 'web:2', spec: 2, ready: 0, revision: 2, desired: 4 })],
    want: [],
  },
  {
    name: 'leaves a finished rollout alone',
    of: web(4),
    sets: [set('a', { spec: 0 }), set('b', { image: 'web:2', spec: 4, revision: 2, desired: 4 })],
    want: [],
  },
  {
    name: 'goes back to a set it has, under a new number',
    of: web(2, {}, 'web:1'),
    sets: [set('a', { spec: 0 }), set('b', { image: 'web:2', spec: 2, revision: 2, desired: 2 })],
    want: ['a → 1', 'revision 3'],
  },
  {
    name: 'gives one used set the new size at once',
    of: web(7),
    sets: [set('a', { spec: 0 }), set('b', { image: 'web:2', spec: 4, revision: 2, desired: 4 })],
    want: ['b → 7'],
  },
  {
    name: 'shares a new size among the sets of a rollout',
    of: web(15, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }),
    sets: [
      set('a', { spec: 8, desired: 10, max: 13, created: '2026-01-01T00:00:00Z' }),
      set('b', {
        image: 'web:2',
        spec: 5,
        ready: 0,
        revision: 2,
        desired: 10,
        max: 13,
        created: '2026-01-01T00:01:00Z',
      }),
    ],
    want: ['b → 7', 'a → 11'],
  },
  {
    name: 'resizes while paused but begins nothing',
    of: web(6, { paused: true }),
    sets: [set('a', { spec: 4, desired: 4 })],
    want: ['a → 6'],
  },
  {
    name: 'recreating stops the old set first',
    of: web(2, recreate),
    sets: [set('a', { spec: 2, desired: 2, max: 2 })],
    want: ['a → 0'],
  },
  {
    name: 'recreating waits for pods that are leaving',
    of: web(2, recreate),
    sets: [set('a', { spec: 0, desired: 2 })],
    hasPods: true,
    want: [],
  },
  {
    name: 'recreating starts the new set when no old pod is left',
    of: web(2, recreate),
    sets: [set('a', { spec: 0, desired: 2 })],
    want: [`create ${first} ×2`],
  },
  {
    name: 'keeps as much history as it should',
    of: web(1, { revisionHistoryLimit: 1 }),
    sets: [
      set('a', { image: 'web:0', spec: 0, revision: 1 }),
      set('c', { image: 'web:1', spec: 0, revision: 2 }),
      set('b', { image: 'web:2', spec: 1, revision: 3, desired: 1, max: 2 }),
    ],
    want: ['revision 3', 'remove a'],
  },
]

for (const { name, of, sets, hasPods, want } of cases)
  test(`Deployment ${name}`, () => assert.deepEqual(changes(reconcile(of, sets, hasPods)), want))

test('revisions are counted beyond what a number holds', () => {
  const one = deployment('web', { replicas: 1, image: 'web:2' })
  const plan = reconcile(one, [set('a', { spec: 1, revision: 3546343826724305832n, desired: 1 })])
  const [step] = plan
  assert.ok(step?.op === 'create')
  assert.equal(step.object.metadata.annotations?.[revisionKey], '3546343826724305833')
})

test('Deployment: a new set carries hash, numbers, annotations and owner', () => {
  const one = deployment('web', { replicas: 2, image: 'web:2', annotations: { team: 'red', [revisionKey]: '9' } })
  const [step] = reconcile(one, [set('a', { spec: 2, revision: 4, desired: 2 })])
  assert.ok(step?.op === 'create')
  const made = step.object as ReplicaSet
  const hash = templateHash(one.spec.template)
  assert.deepEqual(made.metadata.labels, { app: 'web', [hashLabel]: hash })
  assert.deepEqual(made.spec.selector.matchLabels, { app: 'web', [hashLabel]: hash })
  assert.deepEqual(made.spec.template?.metadata?.labels, { app: 'web', [hashLabel]: hash })
  assert.deepEqual(made.metadata.annotations, { team: 'red', [revisionKey]: '5', [desiredKey]: '2', [maxKey]: '3' })
  assert.equal(made.metadata.ownerReferences?.[0]?.uid, one.metadata.uid)
  assert.deepEqual(eventsIn(step.created?.({ metadata: { name: 'x' } }) ?? []), [
    `Scaled up replica set web-${hash} from 0 to 1`,
  ])
})

test('Deployment: a reused set remembers its earlier numbers', () => {
  const [step] = reconcile(web(2, {}, 'web:1'), [
    set('a', { spec: 0, annotations: { [historyKey]: '1', [revisionKey]: '3' } }),
    set('b', { image: 'web:2', spec: 2, revision: 4, desired: 2 }),
  ])
  assert.ok(step?.op === 'update')
  assert.equal(step.object.metadata.annotations?.[revisionKey], '5')
  assert.equal(step.object.metadata.annotations?.[historyKey], '1,3')
})

test('Deployment: a name taken by a stranger counts a collision', () => {
  const [step] = reconcile(web(1), [])
  assert.ok(step?.op === 'create')
  const plan = step.failed?.(alreadyExists({ plural: 'replicasets', group: 'apps' }, first)) ?? []
  assert.equal(statusIn(plan).collisionCount, 1)
  assert.notEqual(templateHash(web(1).spec.template), templateHash(web(1).spec.template, 1))
})

const told: { name: string; of: Deployment; sets: ReplicaSet[]; want: string[] }[] = [
  {
    name: 'begins with a new set',
    of: web(3),
    sets: [],
    want: ['Progressing True NewReplicaSetCreated', 'Available False MinimumReplicasUnavailable'],
  },
  {
    name: 'is complete when all is new and available',
    of: { ...web(3), status: { conditions: [] } },
    sets: [set('b', { image: 'web:2', spec: 3, revision: 2, desired: 3 })],
    want: ['Progressing True NewReplicaSetAvailable', 'Available True MinimumReplicasAvailable'],
  },
  {
    name: 'says that it is paused',
    of: web(3, { paused: true }),
    sets: [set('b', { image: 'web:2', spec: 3, revision: 2, desired: 3 })],
    want: ['Progressing Unknown DeploymentPaused', 'Available True MinimumReplicasAvailable'],
  },
  {
    name: 'gives up waiting after the deadline',
    of: {
      ...web(3),
      status: {
        updatedReplicas: 3,
        replicas: 3,
        conditions: [
          {
            type: 'Progressing',
            status: 'True',
            reason: 'ReplicaSetUpdated',
            lastUpdateTime: '2026-01-01T00:49:59Z',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    },
    sets: [set('b', { image: 'web:2', spec: 3, ready: 0, revision: 2, desired: 3 })],
    want: ['Progressing False ProgressDeadlineExceeded', 'Available False MinimumReplicasUnavailable'],
  },
]

for (const { name, of, sets, want } of told)
  test(`Deployment status ${name}`, () => assert.deepEqual(conditionsIn(reconcile(of, sets)), want))

test('Deployment status counts what the sets say', () => {
  const plan = reconcile(web(4), [
    set('a', { spec: 3, desired: 4 }),
    set('b', { image: 'web:2', spec: 2, ready: 1, revision: 2, desired: 4 }),
  ])
  const { conditions: _, ...counts } = statusIn(plan)
  assert.deepEqual(JSON.parse(JSON.stringify(counts)), {
    observedGeneration: 1,
    replicas: 5,
    updatedReplicas: 2,
    readyReplicas: 4,
    availableReplicas: 4,
    unavailableReplicas: 1,
    terminatingReplicas: 0,
  })
})
