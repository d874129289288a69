import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod } from '../fixtures.ts'
import type { Pod } from './pod.ts'
import { podColumns, summaryOf } from './pod-columns.ts'

type State = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
const now = new Date('2026-01-01T01:00:00Z')
const container = (state: State['state'], more: Partial<State> = {}): State =>
  ({ name: 'main', ready: false, restartCount: 0, image: '', imageID: '', state, ...more }) as State
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const exited = (exitCode: number, reason?: string) => ({ terminated: { exitCode, reason } })
const waits = (reason: string) => ({ waiting: { reason } })
const init = (count: number, restartPolicy?: string) =>
  Array.from({ length: count }, (_, at) => ({ name: `init${at}`, ...(restartPolicy && { restartPolicy }) }))

const cases: { name: string; pod: Pod; want: [ready: string, status: string, restarts: string] }[] = [
  { name: 'a pending pod', pod: pod('a', { phase: 'Pending' }), want: ['0/1', 'Pending', '0'] },
  {
    name: 'a running pod',
    pod: pod('a', { ready: true, status: { containerStatuses: [container(running, { ready: true })] } }),
    want: ['1/1', 'Running', '0'],
  },
  {
    name: 'a container being created',
    pod: pod('a', { status: { containerStatuses: [container(waits('ContainerCreating'))] } }),
    want: ['0/1', 'ContainerCreating', '0'],
  },
  {
    name: 'a crash loop',
    pod: pod('a', {
      phase: 'Running',
      status: {
        containerStatuses: [
          container(waits('CrashLoopBackOff'), {
            restartCount: 3,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } },
          }),
        ],
      },
    }),
    want: ['0/1', 'CrashLoopBackOff', '3 (5m ago)'],
  },
  {
    name: 'a finished pod',
    pod: pod('a', { phase: 'Succeeded', status: { containerStatuses: [container(exited(0, 'Completed'))] } }),
    want: ['0/1', 'Completed', '0'],
  },
  {
    name: 'an exit without a reason',
    pod: pod('a', { phase: 'Failed', status: { containerStatuses: [container(exited(7))] } }),
    want: ['0/1', 'ExitCode:7', '0'],
  },
  {
    name: 'a signal',
    pod: pod('a', {
      phase: 'Failed',
      status: { containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] },
    }),
    want: ['0/1', 'Signal:9', '0'],
  },
  {
    name: 'one of two still running',
    pod: pod('a', {
      phase: 'Running',
      status: { containerStatuses: [container(exited(0, 'Completed')), container(running, { ready: true })] },
      spec: { containers: [{ name: 'a' }, { name: 'b' }] },
    }),
    want: ['1/2', 'NotReady', '0'],
  },
  {
    name: 'an evicted pod',
    pod: pod('a', { phase: 'Failed', status: { reason: 'Evicted' } }),
    want: ['0/1', 'Evicted', '0'],
  },
  { name: 'a leaving pod', pod: pod('a', { ready: true, deleting: true }), want: ['0/1', 'Terminating', '0'] },
  {
    name: 'a finished pod that leaves',
    pod: pod('a', { phase: 'Succeeded', deleting: true }),
    want: ['0/1', 'Succeeded', '0'],
  },
  {
    name: 'a lost node',
    pod: pod('a', { deleting: true, status: { reason: 'NodeLost' } }),
    want: ['0/1', 'Unknown', '0'],
  },
  {
    name: 'a gated pod',
    pod: pod('a', { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } }),
    want: ['0/1', 'SchedulingGated', '0'],
  },
  {
    name: 'the second of two init containers',
    pod: pod('a', {
      spec: { initContainers: init(2) },
      status: { initContainerStatuses: [container(exited(0)), container(running)] },
    }),
    want: ['0/1', 'Init:1/2', '0'],
  },
  {
    name: 'a failed init container',
    pod: pod('a', {
      spec: { initContainers: init(1) },
      status: { initContainerStatuses: [container(exited(1, 'Error'), { restartCount: 2 })] },
    }),
    want: ['0/1', 'Init:Error', '2'],
  },
  {
    name: 'an init container that crashes over and over',
    pod: pod('a', {
      spec: { initContainers: init(1) },
      status: { initContainerStatuses: [container(waits('CrashLoopBackOff'))] },
    }),
    want: ['0/1', 'Init:CrashLoopBackOff', '0'],
  },
  {
    name: 'main containers after init',
    pod: pod('a', {
      spec: { initContainers: init(1) },
      status: {
        initContainerStatuses: [container(exited(0), { restartCount: 5 })],
        containerStatuses: [container(waits('PodInitializing'))],
      },
    }),
    want: ['0/1', 'PodInitializing', '0'],
  },
  {
    name: 'a running sidecar counts',
    pod: pod('a', {
      ready: true,
      spec: { initContainers: init(1, 'Always') },
      status: {
        initContainerStatuses: [container(running, { name: 'init0', started: true, ready: true, restartCount: 1 })],
        containerStatuses: [container(running, { ready: true, restartCount: 2 })],
      },
    }),
    want: ['2/2', 'Running', '3'],
  },
]
for (const { name, pod: one, want } of cases)
  test(`${name} reads ${want.join(' ')}`, () =>
    assert.deepEqual(
      podColumns.slice(0, 3).map((column) => column.value(one, now)),
      want,
    ))

test('wide columns', () => {
  const cells = (one: Pod) => podColumns.slice(4).map((column) => column.value(one, now))
  assert.deepEqual(cells(pod('a')), ['<none>', '<none>', '<none>', '<none>'])
  const gated = pod('a', {
    ip: '10.0.0.1',
    node: 'n',
    spec: { readinessGates: [{ conditionType: 'x' }, { conditionType: 'Ready' }] },
    ready: true,
  })
  assert.deepEqual(cells(gated), ['10.0.0.1', 'n', '<none>', '1/2'])
})

test('the latest of several restarts counts', () => {
  const ended = (finishedAt: string) => ({ restartCount: 1, lastState: { terminated: { exitCode: 1, finishedAt } } })
  const one = pod('a', {
    phase: 'Running',
    status: {
      containerStatuses: [
        container(running, ended('2026-01-01T00:00:00Z')),
        container(running, ended('2026-01-01T00:59:00Z')),
        container(running, ended('2026-01-01T00:30:00Z')),
      ],
    },
  })
  assert.equal(summaryOf(one).lastRestart, '2026-01-01T00:59:00Z')
})
