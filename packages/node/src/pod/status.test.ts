import assert from 'node:assert/strict'
import { test } from 'node:test'
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
import { podStatus, rejection } from './status.ts'
import type { PodView } from './view.ts'

interface Case {
  name: string
  pod?: PodWish
  view?: PodView
  memory?: Partial<PodMemory>
  at?: number
  isFinished?: boolean
  /** Phase, then each container (init ones first) as `name state ready restarts`. */
  want: string[]
}

const cases: Case[] = [
  { name: 'nothing yet', view: viewOf([], []), want: ['Pending', 'main waiting:ContainerCreating false 0'] },
  { name: 'running', view: viewOf([containerView('main')]), want: ['Running', 'main running true 0'] },
  {
    name: 'running but not ready',
    view: viewOf([containerView('main')]),
    memory: { probes: new Map([['main-0', { started: true, ready: false }]]) },
    want: ['Running', 'main running false 0'],
  },
  {
    name: 'no image',
    memory: { failures: new Map([['main', { reason: 'ErrImagePull', message: 'x', until: start + 9000 }]]) },
    want: ['Pending', 'main waiting:ErrImagePull false 0'],
  },
  {
    name: 'no image for a while',
    memory: {
      failures: new Map([
        [
          'main',
          {
            reason: 'ErrImagePull',
            message: 'x',
            until: start + 9000,
            later: { reason: 'ImagePullBackOff', message: 'y', from: start },
          },
        ],
      ]),
    },
    want: ['Pending', 'main waiting:ImagePullBackOff false 0'],
  },
  {
    name: 'crashed once',
    view: viewOf([exited('main', 2)]),
    at: 1,
    want: ['Running', 'main terminated:Error:2 false 0'],
  },
  {
    name: 'crashing',
    view: viewOf([exited('main', 2, { attempt: 1, crashes: 1 }), exited('main', 2)]),
    at: 2,
    want: ['Running', 'main waiting:CrashLoopBackOff false 1 last Error:2'],
  },
  {
    name: 'restarted',
    view: viewOf([containerView('main', { attempt: 1 }), exited('main', 137, { reason: 'OOMKilled' })]),
    want: ['Running', 'main running true 1 last OOMKilled:137'],
  },
  {
    name: 'done',
    pod: { spec: { restartPolicy: 'Never' } },
    view: viewOf([exited('main', 0)]),
    want: ['Succeeded', 'main terminated:Completed:0 false 0'],
  },
  {
    name: 'failed',
    pod: { spec: { restartPolicy: 'Never', containers: [container('main'), container('other')] } },
    view: viewOf([exited('main', 0), exited('other', 4)]),
    want: ['Failed', 'main terminated:Completed:0 false 0', 'other terminated:Error:4 false 0'],
  },
  {
    name: 'initialising',
    pod: { spec: { initContainers: [container('one'), container('two')] } },
    view: viewOf([exited('one', 0), containerView('two')]),
    want: [
      'Pending',
      'one terminated:Completed:0 true 0',
      'two running false 0',
      'main waiting:PodInitializing false 0',
    ],
  },
  {
    name: 'init failed for good',
    pod: { spec: { restartPolicy: 'Never', initContainers: [container('one')] } },
    view: viewOf([exited('one', 1)]),
    want: ['Failed', 'one terminated:Error:1 false 0', 'main waiting:PodInitializing false 0'],
  },
  {
    name: 'sidecar beside the app',
    pod: { spec: { initContainers: [container('side', { restartPolicy: 'Always' })] } },
    view: viewOf([containerView('side'), containerView('main')]),
    want: ['Running', 'side running true 0', 'main running true 0'],
  },
  {
    name: 'done but for the sidecar',
    pod: { spec: { restartPolicy: 'Never', initContainers: [container('side', { restartPolicy: 'Always' })] } },
    view: viewOf([containerView('side'), exited('main', 0)]),
    want: ['Running', 'side running true 0', 'main terminated:Completed:0 false 0'],
  },
  {
    name: 'deleted and over',
    pod: { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' } },
    view: viewOf([exited('main', 137)], [sandboxView({ isReady: false })]),
    isFinished: true,
    want: ['Failed', 'main terminated:Error:137 false 0'],
  },
  {
    name: 'evicted',
    memory: { ended: { reason: 'Evicted', message: 'full' } },
    view: viewOf([containerView('main')]),
    want: ['Failed', 'main running true 0'],
  },
  {
    name: 'forgotten by the runtime after its end',
    pod: {
      status: {
        phase: 'Succeeded',
        containerStatuses: [
          {
            name: 'main',
            image: '',
            imageID: '',
            ready: false,
            restartCount: 2,
            containerID: 'containerd://x',
            state: { terminated: { exitCode: 0, reason: 'Completed', message: 'kept' } },
          },
        ],
      },
    },
    view: viewOf([], []),
    isFinished: true,
    want: ['Succeeded', 'main terminated:Completed:0 false 2'],
  },
]

for (const { name, pod, view = viewOf(), memory, at = 0, isFinished = false, want } of cases) {
  test(`pod status: ${name}`, () => {
    const status = podStatus({
      pod: podOf(pod),
      view,
      memory: memoryOf(memory),
      now: start + at * 1000,
      hostIP: '192.0.2.1',
      terminationMessages: new Map(),
      isFinished,
    })
    const lines = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map((one) => {
      const { waiting, running, terminated } = one.state ?? {}
      const state = waiting
        ? `waiting:${waiting.reason}`
        : running
          ? 'running'
          : `terminated:${terminated?.reason}:${terminated?.exitCode}`
      const last = one.lastState?.terminated
      return `${one.name} ${state} ${one.ready} ${one.restartCount}${last ? ` last ${last.reason}:${last.exitCode}` : ''}`
    })
    assert.deepEqual([status.phase, ...lines], want)
  })
}

test('pod status: conditions keep their times until they flip, and those of others', () => {
  const input = {
    view: viewOf([containerView('main')]),
    memory: memoryOf(),
    hostIP: '192.0.2.1',
    terminationMessages: new Map<string, string>(),
    isFinished: false,
  }
  const pod = podOf({ status: { conditions: [{ type: 'example.com/x', status: 'True' }] } })
  const first = podStatus({ ...input, pod, now: start })
  const again = podStatus({ ...input, pod: { ...pod, status: first }, now: start + 60_000 })
  assert.deepEqual(again, first)
  const stopped = { ...input, view: viewOf([exited('main', 1)]) }
  const flipped = podStatus({ ...stopped, pod: { ...pod, status: first }, now: start + 60_000 })
  const time = (type: string) => flipped.conditions?.find((one) => one.type === type)?.lastTransitionTime
  assert.equal(time('Ready'), '2026-01-01T00:01:00Z')
  assert.equal(time('Initialized'), '2026-01-01T00:00:00Z')
  assert.ok(flipped.conditions?.some(({ type }) => type === 'example.com/x'))
})

test('pod status: readiness gates hold Ready back', () => {
  const pod = podOf({ spec: { readinessGates: [{ conditionType: 'example.com/lb' }] } })
  const status = podStatus({
    pod,
    view: viewOf([containerView('main')]),
    memory: memoryOf(),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: false,
  })
  const of = (type: string) => status.conditions?.find((one) => one.type === type)
  assert.equal(of('ContainersReady')?.status, 'True')
  assert.equal(of('Ready')?.reason, 'ReadinessGatesNotReady')
})

test('pod status: every condition says which generation it is about', () => {
  const pod = podOf({
    metadata: { generation: 2 },
    status: {
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2025-12-31T00:00:00Z' as never }],
    },
  })
  const { conditions } = podStatus({
    pod,
    view: viewOf([containerView('main')]),
    memory: memoryOf(),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: false,
  })
  for (const { type, observedGeneration } of conditions ?? []) assert.equal(observedGeneration, 2, type)
  const scheduled = conditions?.filter(({ type }) => type === 'PodScheduled')
  assert.deepEqual(
    scheduled?.map(({ status, lastTransitionTime }) => [status, lastTransitionTime]),
    [['True', '2025-12-31T00:00:00Z']],
  )
})

test('pod status: limits that cannot be given are said', () => {
  const message = 'memory limit (1) below current usage (2)'
  const { conditions } = podStatus({
    pod: podOf(),
    view: viewOf([containerView('main')]),
    memory: memoryOf({ resizeFailed: { message, generation: 1, retryAt: start } }),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: false,
  })
  const found = conditions?.find(({ type }) => type === 'PodResizeInProgress')
  assert.deepEqual([found?.status, found?.reason, found?.message], ['True', 'Error', message])
})

test('pod status: an image is called what the pod calls it', () => {
  const view = viewOf([
    containerView('main', { image: 'other.example/name', annotations: { 'sampan.dev/image': 'mine' } }),
  ])
  const { containerStatuses } = podStatus({
    pod: podOf(),
    view,
    memory: memoryOf(),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: false,
  })
  assert.equal(containerStatuses?.[0]?.image, 'mine')
})

const ended = { reason: 'OutOfcpu', message: `${rejection}no room`, isRejected: true }
test('pod status: a pod that was not let in tells of no containers, also after a restart of ours', () => {
  const input = {
    pod: podOf(),
    view: viewOf([], []),
    memory: memoryOf({ ended }),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: true,
  }
  const status = podStatus(input)
  assert.deepEqual([status.phase, status.reason, status.containerStatuses], ['Failed', 'OutOfcpu', undefined])
  const again = podStatus({ ...input, pod: { ...podOf(), status }, memory: memoryOf() })
  assert.equal(again.containerStatuses, undefined)
})

test('pod status: a container that never came to be, of a pod that is over', () => {
  const input = {
    view: viewOf([], []),
    memory: memoryOf({ ended: { reason: 'Evicted', message: 'x' } }),
    now: start,
    hostIP: '192.0.2.1',
    terminationMessages: new Map(),
    isFinished: true,
  }
  const [lost] = podStatus({ ...input, pod: podOf() }).containerStatuses ?? []
  assert.deepEqual(
    [lost?.state?.terminated?.exitCode, lost?.state?.terminated?.reason],
    [137, 'ContainerStatusUnknown'],
  )
  const withInit = podOf({ spec: { initContainers: [container('first')], containers: [container('main')] } })
  const [waiting] = podStatus({ ...input, pod: withInit }).containerStatuses ?? []
  assert.equal(waiting?.state?.waiting?.reason, 'PodInitializing')
})
