import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Action, podActions } from './actions.ts'
import { container, containerView, exited, memoryOf, podOf, sandboxView, start, viewOf } from './fixtures.ts'
import { annotations } from './labels.ts'
import { podStatus } from './status.ts'
import { type ContainerView, emptyView, type PodView } from './view.ts'

const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } }
const pod = podOf({
  spec: {
    restartPolicy: 'Never',
    initContainers: [container('setup')],
    containers: [container('main'), container('watcher', { restartPolicy: 'Never', restartPolicyRules: [rule] })],
  },
})
const ofRound = (one: ContainerView, round: number): ContainerView => ({
  ...one,
  annotations: { ...one.annotations, [annotations.round]: String(round) },
})
const first = [exited('setup', 0), containerView('main'), containerView('watcher')]
const second = [exited('setup', 0, { attempt: 1 }), containerView('main', { attempt: 1 })].map((one) => ofRound(one, 1))

const cases: { name: string; view: PodView; at?: number; want: string[] }[] = [
  { name: 'runs like any other at first', view: viewOf(first), want: [] },
  {
    name: 'ends all that runs, at once, when a rule says so',
    view: viewOf([...first.slice(0, 2), exited('watcher', 88)]),
    want: ['stop main 1'],
  },
  {
    name: 'begins with its init containers when all has ended',
    view: viewOf([exited('setup', 0), exited('main', 137), exited('watcher', 88)]),
    want: ['start setup 1 round 1 crashes 0'],
  },
  {
    name: 'is about the exit codes the rule names, and no other',
    view: viewOf([exited('setup', 0), exited('main', 137), exited('watcher', 1)]),
    want: ['stop-sandbox s0'],
  },
  {
    name: 'starts what has ended well before, too',
    view: viewOf([
      ofRound(exited('setup', 0, { attempt: 1 }), 1),
      exited('setup', 0),
      exited('main', 0),
      exited('watcher', 88),
    ]),
    want: ['start main 1 round 1 crashes 0'],
  },
  {
    name: 'goes on where another agent has left off',
    view: viewOf([...second, ...first.slice(0, 2), exited('watcher', 88)]),
    want: ['start watcher 1 round 1 crashes 1'],
  },
  {
    name: 'waits like one that crashes when it happens again',
    view: viewOf([
      ...second.map((one) => ({ ...one, state: 'exited' as const, exitCode: 0, finishedAt: start })),
      ofRound(exited('watcher', 88, { attempt: 1, crashes: 1 }), 1),
    ]),
    want: ['again 11'],
  },
]
for (const { name, view, at = 1, want } of cases)
  test(`a pod whose containers all restart together ${name}`, () => {
    const actions = podActions({ pod, view, memory: memoryOf(), now: start + at * 1000 })
    const [next] = actions
    assert.deepEqual(next ? [said(next)] : [], want)
  })

function said(action: Action): string {
  if (action.do === 'start')
    return `start ${action.name} ${action.attempt} round ${action.round} crashes ${action.crashes}`
  if (action.do === 'stop') return `stop ${action.name} ${(action.deadline - start) / 1000}`
  if (action.do === 'again') return `again ${(action.at - start) / 1000}`
  return `${action.do} ${'id' in action ? action.id : ''}`.trim()
}

const statusOf = (view: PodView, isFinished = false) => {
  const status = podStatus({
    pod,
    view,
    memory: memoryOf(),
    now: start + 1000,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished,
  })
  const condition = status.conditions?.find(({ type }) => type === 'AllContainersRestarting')
  return { phase: status.phase, restarts: `${condition?.status} ${condition?.reason ?? ''}`.trim(), status }
}

test('a pod whose containers all restart says so as long as it lasts, and goes on being Running', () => {
  const { restarts: before } = statusOf(viewOf(first))
  assert.equal(before, 'False')
  const { phase, restarts } = statusOf(viewOf([...first.slice(0, 2), exited('watcher', 88)]))
  assert.deepEqual([phase, restarts], ['Running', 'True RestartAllContainersStarted'])
  const later = statusOf(
    viewOf([...second.slice(0, 1), exited('setup', 0), exited('main', 137), exited('watcher', 88)]),
  )
  assert.deepEqual([later.phase, later.restarts], ['Running', 'False'])
  const main = later.status.containerStatuses?.[0]
  assert.deepEqual(
    [main?.state?.waiting?.reason, main?.lastState?.terminated?.exitCode, main?.restartCount],
    ['PodInitializing', 137, 0],
  )
})

test('a pod without such a rule has no such condition', () => {
  const { conditions } = podStatus({
    pod: podOf(),
    view: { ...emptyView({ uid: 'u1', name: 'web', namespace: 'shop' }), sandboxes: [sandboxView()] },
    memory: memoryOf(),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: false,
  })
  assert.ok(!conditions?.some(({ type }) => type === 'AllContainersRestarting'))
})
