import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Action, podActions } from './actions.ts'
import {
  container,
  containerView,
  exited,
  memoryOf,
  type PodWish,
  podOf,
  sandboxView,
  start,
  viewOf,
} from './fixtures.ts'
import type { PodMemory } from './memory.ts'
import type { PodView } from './view.ts'

interface Case {
  name: string
  pod?: PodWish
  view?: PodView
  memory?: Partial<PodMemory>
  /** Seconds after the start. */
  at?: number
  want: string[]
}

const none = viewOf([], [])
const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' } }
const inits = { initContainers: [container('one'), container('two')] }
const sidecar = { initContainers: [container('side', { restartPolicy: 'Always' }), container('one')] }
const deadSandbox = sandboxView({ isReady: false })

const cases: Case[] = [
  { name: 'begins with the sandbox', view: none, want: ['create-sandbox 0'] },
  { name: 'waits for the sandbox', view: none, memory: { sandbox: 'creating' }, want: [] },
  {
    name: 'waits after a sandbox failed',
    view: none,
    memory: { failure: { reason: 'FailedMount', message: '', until: start + 5000 } },
    want: ['again 5'],
  },
  { name: 'starts its container', want: ['start main 0'] },
  { name: 'does not start twice', memory: { starting: new Set(['main']) }, want: [] },
  { name: 'leaves a running container alone', view: viewOf([containerView('main')]), want: [] },
  {
    name: 'starts one container at a time',
    pod: { spec: { containers: [container('a'), container('b')] } },
    want: ['start a 0'],
  },
  {
    name: 'goes on with the next when one has to wait',
    pod: { spec: { containers: [container('a'), container('b')] } },
    memory: { failures: new Map([['a', { reason: 'ErrImagePull', message: '', until: start + 10_000 }]]) },
    want: ['again 10', 'start b 0'],
  },
  {
    name: 'restarts at once after the first exit',
    view: viewOf([exited('main', 1)]),
    at: 1,
    want: ['start main 1 crashes 1'],
  },
  {
    name: 'waits 10 s before the second restart',
    view: viewOf([exited('main', 1, { attempt: 1, crashes: 1 }), exited('main', 1)]),
    at: 2,
    want: ['again 11'],
  },
  {
    name: 'waits 20 s before the third',
    view: viewOf([exited('main', 1, { attempt: 2, crashes: 2 })]),
    at: 2,
    want: ['again 21'],
  },
  {
    name: 'never waits more than 5 min',
    view: viewOf([exited('main', 1, { attempt: 40, crashes: 40 })]),
    at: 2,
    want: ['again 301'],
  },
  {
    name: 'forgives crashes after 10 min of running',
    view: viewOf([exited('main', 1, { attempt: 7, crashes: 7, finishedAt: start + 600_000 })]),
    at: 600,
    want: ['start main 8 crashes 1'],
  },
  {
    name: 'restarts a success with Always',
    view: viewOf([exited('main', 0)]),
    at: 1,
    want: ['start main 1 crashes 1'],
  },
  {
    name: 'ends after a success with OnFailure',
    pod: { spec: { restartPolicy: 'OnFailure' } },
    view: viewOf([exited('main', 0)]),
    want: ['stop-sandbox s0'],
  },
  {
    name: 'restarts a failure with OnFailure',
    pod: { spec: { restartPolicy: 'OnFailure' } },
    view: viewOf([exited('main', 1)]),
    at: 1,
    want: ['start main 1 crashes 1'],
  },
  {
    name: 'ends after a failure with Never',
    pod: { spec: { restartPolicy: 'Never' } },
    view: viewOf([exited('main', 1)]),
    want: ['stop-sandbox s0'],
  },
  {
    name: 'frees what an ended pod used, once',
    pod: { spec: { restartPolicy: 'Never' } },
    view: viewOf([exited('main', 1)], [deadSandbox]),
    want: ['finish'],
  },
  {
    name: 'leaves a freed pod alone',
    pod: { spec: { restartPolicy: 'Never' } },
    view: viewOf([exited('main', 1)], [deadSandbox]),
    memory: { freed: true },
    want: [],
  },
  { name: 'runs init containers first', pod: { spec: inits }, want: ['start one 0'] },
  {
    name: 'waits for a running init container',
    pod: { spec: inits },
    view: viewOf([containerView('one')]),
    want: [],
  },
  {
    name: 'runs the next when one is through',
    pod: { spec: inits },
    view: viewOf([exited('one', 0)]),
    want: ['start two 0'],
  },
  {
    name: 'runs the app when all are through',
    pod: { spec: inits },
    view: viewOf([exited('one', 0), exited('two', 0)]),
    want: ['start main 0'],
  },
  {
    name: 'repeats a failed init container',
    pod: { spec: inits },
    view: viewOf([exited('one', 1)]),
    at: 1,
    want: ['start one 1 crashes 1'],
  },
  {
    name: 'ends when an init container fails with Never',
    pod: { spec: { ...inits, restartPolicy: 'Never' } },
    view: viewOf([exited('one', 1)]),
    want: ['stop-sandbox s0'],
  },
  {
    name: 'does not repeat init containers once the app began',
    pod: { spec: inits },
    view: viewOf([containerView('main')]),
    want: [],
  },
  {
    name: 'waits for a sidecar to be up',
    pod: { spec: sidecar },
    view: viewOf([containerView('side')]),
    memory: { probes: new Map([['side-0', { started: false, ready: false }]]) },
    want: [],
  },
  {
    name: 'goes on beside a sidecar that is up',
    pod: { spec: sidecar },
    view: viewOf([containerView('side')]),
    want: ['start one 0'],
  },
  {
    name: 'restarts a sidecar beside the app',
    pod: { spec: sidecar },
    view: viewOf([containerView('main'), exited('side', 0)]),
    at: 1,
    want: ['start side 1 crashes 1'],
  },
  {
    name: 'stops sidecars when the app has ended',
    pod: { spec: { ...sidecar, restartPolicy: 'Never' } },
    view: viewOf([exited('main', 0), containerView('side')]),
    want: ['stop side by 30'],
  },
  {
    name: 'makes a new sandbox when the old one died',
    view: viewOf([exited('main', 137)], [deadSandbox]),
    at: 1,
    want: ['create-sandbox 1'],
  },
  {
    name: 'first stops what still runs in a dead sandbox',
    view: viewOf([containerView('main')], [deadSandbox]),
    want: ['stop main by 0'],
  },
  {
    name: 'starts again in a new sandbox, init containers included',
    pod: { spec: inits },
    view: viewOf(
      [exited('one', 0), exited('main', 137)],
      [sandboxView({ id: 's1', attempt: 1, createdAt: start + 5000 }), deadSandbox],
    ),
    at: 6,
    want: ['start one 1'],
  },
  {
    name: 'does not repeat in a new sandbox what ended well with OnFailure',
    pod: { spec: { restartPolicy: 'OnFailure', containers: [container('done'), container('main')] } },
    view: viewOf(
      [exited('done', 0), exited('main', 137)],
      [sandboxView({ id: 's1', attempt: 1, createdAt: start + 5000 }), deadSandbox],
    ),
    at: 6,
    want: ['start main 1'],
  },
  {
    name: 'restarts a container whose image changed',
    pod: { spec: { containers: [container('main', { image: 'busybox:2' })] } },
    view: viewOf([containerView('main')]),
    want: ['stop main by 30'],
  },
  {
    name: 'starts it anew even with Never',
    pod: { spec: { restartPolicy: 'Never', containers: [container('main', { image: 'busybox:2' })] } },
    view: viewOf([exited('main', 137)]),
    want: ['start main 1'],
  },
  {
    name: 'stops what a probe found dead, in the grace of the probe',
    view: viewOf([containerView('main')]),
    memory: {
      probes: new Map([['main-0', { started: true, ready: false, failed: { message: 'dead', graceSeconds: 5 } }]]),
    },
    want: ['stop main by 5'],
  },
  {
    name: 'removes what was made but never started',
    view: viewOf([containerView('main', { state: 'created' })]),
    want: ['remove-container main-0'],
  },
  {
    name: 'starts ephemeral containers once',
    pod: { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } },
    view: viewOf([containerView('main')]),
    want: ['start debug 0'],
  },
  {
    name: 'keeps the last two of a name',
    view: viewOf([
      containerView('main', { attempt: 3 }),
      exited('main', 1, { attempt: 2 }),
      exited('main', 1, { attempt: 1 }),
    ]),
    want: ['remove-container main-1'],
  },
  {
    name: 'removes sandboxes that hold nothing',
    view: viewOf(
      [containerView('main', { sandboxId: 's1' })],
      [sandboxView({ id: 's1', createdAt: start + 1 }), deadSandbox],
    ),
    want: ['remove-sandbox s0'],
  },
  {
    name: 'counts starts the runtime has forgotten',
    pod: {
      status: {
        containerStatuses: [
          { name: 'main', image: '', imageID: '', ready: false, restartCount: 4, containerID: 'containerd://gone' },
        ],
      },
    },
    want: ['start main 5'],
  },
  { name: 'stops when deleted', pod: deleted, view: viewOf([containerView('main')]), want: ['stop main by 30'] },
  {
    name: 'does not stop twice',
    pod: deleted,
    view: viewOf([containerView('main')]),
    memory: { stopping: new Map([['main-0', start + 30_000]]) },
    want: [],
  },
  {
    name: 'stops sooner when told so',
    pod: { metadata: { deletionTimestamp: '2026-01-01T00:00:05Z' } },
    view: viewOf([containerView('main')]),
    memory: { stopping: new Map([['main-0', start + 30_000]]) },
    want: ['stop main by 5'],
  },
  {
    name: 'stops the app before its sidecars',
    pod: { ...deleted, spec: sidecar },
    view: viewOf([containerView('main'), containerView('side')]),
    want: ['stop main by 30'],
  },
  { name: 'then the sandbox', pod: deleted, view: viewOf([exited('main', 0)]), want: ['stop-sandbox s0'] },
  { name: 'then leaves', pod: deleted, view: viewOf([exited('main', 0)], [deadSandbox]), want: ['finish'] },
  { name: 'leaves at once when nothing was made', pod: deleted, view: none, want: ['finish'] },
  { name: 'waits for a start in progress', pod: deleted, memory: { starting: new Set(['main']) }, want: [] },
  {
    name: 'ends when its time is over',
    pod: { spec: { activeDeadlineSeconds: 60 }, status: { startTime: '2026-01-01T00:00:00Z' as never } },
    view: viewOf([containerView('main')]),
    at: 60,
    want: ['stop main by 90'],
  },
  {
    name: 'looks again when its time will be over',
    pod: { spec: { activeDeadlineSeconds: 60 }, status: { startTime: '2026-01-01T00:00:00Z' as never } },
    view: viewOf([containerView('main')]),
    at: 10,
    want: ['again 60'],
  },
  {
    name: 'never runs a failed pod again',
    pod: { status: { phase: 'Failed' } },
    view: none,
    want: ['finish'],
  },
]

const words = (action: Action) => {
  const at = (ms: number) => (ms - start) / 1000
  switch (action.do) {
    case 'create-sandbox':
      return `create-sandbox ${action.attempt}`
    case 'start':
      return `start ${action.name} ${action.attempt}${action.crashes ? ` crashes ${action.crashes}` : ''}`
    case 'stop':
      return `stop ${action.name} by ${at(action.deadline)}`
    case 'again':
      return `again ${at(action.at)}`
    case 'finish':
      return 'finish'
    default:
      return `${action.do} ${action.id}`
  }
}

for (const { name, pod, view = viewOf(), memory, at = 0, want } of cases) {
  test(`a pod ${name}`, () => {
    const actions = podActions({ pod: podOf(pod), view, memory: memoryOf(memory), now: start + at * 1000 })
    assert.deepEqual(actions.map(words), want)
  })
}
