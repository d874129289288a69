import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan, Step } from '@sampan/control/plan'
import type { DaemonSet } from '@sampan/resources/apps/daemon-set'
import type { Node } from '@sampan/resources/core/node'
import type { Pod } from '@sampan/resources/core/pod'
import { daemonSet, node, pod } from '@sampan/resources/fixtures'
import { ownerReference } from '@sampan/resources/owners'
import { nodeOf } from './daemon-node.ts'
import { reconcileDaemonSet } from './daemon-set.ts'
import { historyOf, revisionHashLabel } from './history.ts'

const now = new Date('2026-01-01T01:00:00Z')
const kind = { group: 'apps', version: 'v1', kind: 'DaemonSet' }
const agent = (spec: Partial<DaemonSet['spec']> = {}) => daemonSet('agent', { spec })
const owner = ownerReference(kind, agent())
const { hash } = historyOf(kind, agent() as never, []).now
const on = (where: string, options: Parameters<typeof pod>[1] & { hash?: string } = {}) =>
  pod(`p-${where}`, {
    labels: { app: 'agent', [revisionHashLabel]: options.hash ?? hash },
    owner,
    ready: true,
    node: where,
    ...options,
  })
const surge = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }
const old = { hash: 'old' }
const taint = (effect: string) => ({ spec: { taints: [{ key: 'x', effect }] } })

const shown = (step: Step) =>
  step.op === 'create'
    ? `create ${step.kind.kind === 'Pod' ? nodeOf(step.object as Pod) : 'revision'}`
    : step.op === 'remove'
      ? `remove ${step.object.metadata.name}`
      : step.op
const changes = (plan: Plan) => plan.filter(({ op }) => !['status', 'event', 'again'].includes(op)).map(shown)

const cases: { name: string; set?: DaemonSet; nodes: Node[]; pods: Pod[]; want: string[] }[] = [
  { name: 'starts a pod on every node', nodes: [node('a'), node('b')], pods: [], want: ['create a', 'create b'] },
  { name: 'leaves a served node alone', nodes: [node('a')], pods: [on('a')], want: [] },
  {
    name: 'runs on a cordoned node',
    nodes: [
      node('a', {
        spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
      }),
    ],
    pods: [],
    want: ['create a'],
  },
  { name: 'keeps away from a taint', nodes: [node('a', taint('NoSchedule'))], pods: [], want: [] },
  {
    name: 'stays where a taint only keeps newcomers away',
    nodes: [node('a', taint('NoSchedule'))],
    pods: [on('a')],
    want: [],
  },
  {
    name: 'leaves a node that throws pods out',
    nodes: [node('a', taint('NoExecute'))],
    pods: [on('a')],
    want: ['remove p-a'],
  },
  {
    name: 'runs only where its selector says',
    set: agent({
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [], nodeSelector: { disk: 'ssd' } } },
    }),
    nodes: [node('a'), node('b', { labels: { disk: 'ssd' } })],
    pods: [on('a')],
    want: ['remove p-a', 'create b'],
  },
  {
    name: 'replaces a failed pod',
    nodes: [node('a')],
    pods: [on('a', { phase: 'Failed', ready: false })],
    want: ['remove p-a', 'create a'],
  },
  { name: 'waits for a leaving pod', nodes: [node('a')], pods: [on('a', { deleting: true })], want: [] },
  { name: 'removes pods of a node that is gone', nodes: [], pods: [on('a')], want: ['remove p-a'] },
  {
    name: 'updates one node at a time',
    nodes: [node('a'), node('b')],
    pods: [on('a', old), on('b', old)],
    want: ['remove p-a'],
  },
  {
    name: 'waits while an updated one is not up',
    nodes: [node('a'), node('b')],
    pods: [on('a', { ready: false }), on('b', old)],
    want: [],
  },
  {
    name: 'updates a broken pod without asking',
    nodes: [node('a'), node('b')],
    pods: [on('a', old), on('b', { ...old, ready: false })],
    want: ['remove p-b'],
  },
  { name: 'surges before it removes', set: agent(surge), nodes: [node('a')], pods: [on('a', old)], want: ['create a'] },
  {
    name: 'leaves old pods to their owner',
    set: agent({ updateStrategy: { type: 'OnDelete' } }),
    nodes: [node('a')],
    pods: [on('a', old)],
    want: [],
  },
]

for (const { name, set = agent(), nodes, pods, want } of cases)
  test(`DaemonSet ${name}`, () => {
    const plan = reconcileDaemonSet(set, { pods, nodes, revisions: [], now })
    assert.deepEqual(
      changes(plan)
        .filter((change) => change !== 'create revision')
        .toSorted(),
      want.toSorted(),
    )
  })

test('the data of a revision has its members in order: clients compare its bytes', () => {
  const made = historyOf(kind, agent() as never, []).steps[0] as unknown as { object: { data: object } }
  const text = JSON.stringify(made.object.data)
  assert.match(text, /^{"spec":{"template":{"\$patch":"replace","metadata":{.*},"spec":{"containers":\[{"image":/)
})

test('DaemonSet status counts nodes', () => {
  const plan = reconcileDaemonSet(agent(), {
    pods: [on('a'), on('b', { ...old, ready: false }), on('x')],
    nodes: [node('a'), node('b'), node('c'), node('x', taint('NoSchedule'))],
    revisions: [],
    now,
  })
  const said = plan.find((step) => step.op === 'status')?.status
  assert.deepEqual(JSON.parse(JSON.stringify(said)), {
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  })
})
