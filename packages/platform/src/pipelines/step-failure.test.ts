import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '@sampan/resources/core/pod'
import { observeStepPod } from './drone/observe-step.ts'
import { type EndedStep, stepFailure, waitingStep } from './step-failure.ts'

const limits = { cpu: '1', memory: '512Mi', disk: '1Gi', pids: 300, timeoutSeconds: 3600 }
const ended = (more: Partial<EndedStep>): string =>
  stepFailure({ lines: [], limits, commands: ['make', 'false'], ...more })

const failures: { name: string; ended: Partial<EndedStep>; want: string }[] = [
  {
    name: 'a command',
    ended: { exitCode: 2, lines: ['+ make', 'make: *** no rule'] },
    want: 'exit code 2: make: *** no rule',
  },
  { name: 'a silent command', ended: { exitCode: 1, lines: ['+ false'] }, want: 'exit code 1 of the command false' },
  {
    name: 'a silent command after one that spoke',
    ended: { exitCode: 1, lines: ['+ make', 'error: none, all is well', '+ false'] },
    want: 'exit code 1 of the command false',
  },
  {
    name: 'what a test prints as a difference is no command',
    ended: { exitCode: 1, lines: ['+ make', 'Error: not equal', '+ expected', '- actual'] },
    want: 'exit code 1: not equal',
  },
  {
    name: 'memory',
    ended: { exitCode: 137, reason: 'OOMKilled' },
    want: 'it needed more than 512 MiB of memory: set build.memory of the app higher',
  },
  {
    name: 'processes without end',
    ended: { exitCode: 137, reason: 'ForkStorm', lines: ['Killed'] },
    want: 'it used all 300 processes it may have: set build.pids of the app higher, or start fewer',
  },
  {
    name: 'memory of a child',
    ended: { exitCode: 1, lines: ['Killed'] },
    want: 'it needed more than 512 MiB of memory: set build.memory of the app higher',
  },
  {
    name: 'processes',
    ended: { exitCode: 2, lines: ['sh: 3: Cannot fork'] },
    want: 'it used all 300 processes it may have: set build.pids of the app higher, or start fewer',
  },
  {
    name: 'processes in bash',
    ended: { exitCode: 254, lines: ['bash: fork: retry: Resource temporarily unavailable'] },
    want: 'it used all 300 processes it may have: set build.pids of the app higher, or start fewer',
  },
  {
    name: 'disk',
    ended: { podReason: 'Evicted', podMessage: 'Container step exceeded its local ephemeral storage limit "1Gi". ' },
    want: 'it wrote more than 1 GiB to the disk: set build.disk of the app higher, or write less',
  },
  {
    name: 'a full machine',
    ended: { podReason: 'Evicted', podMessage: 'The node was low on resource: memory.' },
    want: 'the machine ran out of memory, and builds go first: try again when less is going on',
  },
  {
    name: 'time',
    ended: { podReason: 'DeadlineExceeded' },
    want: 'it took longer than 60 minutes, the time a pipeline may take: set build.timeoutSeconds of the app higher',
  },
  {
    name: 'an image without a shell',
    ended: { exitCode: 128, reason: 'StartError', message: 'exec: "/bin/sh": stat /bin/sh: no such file or directory' },
    want: 'its image has no /bin/sh, which commands need: use an image with a shell',
  },
]
for (const { name, ended: given, want } of failures)
  test(`a step says why: ${name}`, () => assert.equal(ended(given), want))

const waits: { name: string; reason: string; message?: string; fatal?: RegExp; waits?: RegExp }[] = [
  {
    name: 'an image that is not there',
    reason: 'ErrImagePull',
    message: 'manifest unknown: not found',
    fatal: /image x:1 does not exist/,
  },
  {
    name: 'an image that is kept',
    reason: 'ImagePullBackOff',
    message: '401 Unauthorized',
    fatal: /refused to hand out x:1/,
  },
  {
    name: 'a registry out of reach',
    reason: 'ErrImagePull',
    message: 'dial tcp: lookup x: no such host',
    waits: /cannot be reached/,
  },
  { name: 'no name of an image', reason: 'InvalidImageName', fatal: /"x:1" is no name/ },
  { name: 'an ordinary start', reason: 'ContainerCreating' },
]
for (const { name, reason, message = '', fatal, waits: wait } of waits) {
  test(`a step that waits: ${name}`, () => {
    const found = waitingStep({ name: 'step', image: 'x:1', state: { waiting: { reason, message } } } as never)
    if (fatal) assert.match(found.fatal ?? '', fatal)
    else assert.equal(found.fatal, undefined)
    if (wait) assert.match(found.waits ?? '', wait)
  })
}

test('a step keeps what it knows of a pull while its node only waits, and gives up in time', () => {
  const pod = (state: object) =>
    ({
      metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {},
      status: { containerStatuses: [{ name: 'step', image: 'x:1', state }] },
    }) as unknown as Pod
  const at = (seconds: number) => ({ limits, now: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)), commands: [] })
  const step = { name: 'a', state: 'pending' as const }
  const first = observeStepPod(
    step,
    pod({ waiting: { reason: 'ErrImagePull', message: 'dial tcp: i/o timeout' } }),
    at(5),
  )
  assert.match(first.waits ?? '', /cannot be reached/)
  const between = observeStepPod(
    first.step,
    pod({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x:1"' } }),
    at(20),
  )
  assert.equal(between.waits, first.waits, 'what is said does not go to and fro')
  const late = observeStepPod(first.step, pod({ waiting: { reason: 'ContainerCreating' } }), at(200))
  assert.deepEqual(
    [late.step.state, late.step.reason],
    ['error', 'the registry of x:1 cannot be reached: check the name, and whether it can be reached from here'],
  )
  const up = observeStepPod(first.step, pod({ running: { startedAt: '2026-01-01T00:00:07Z' } }), at(8))
  assert.deepEqual([up.step.state, up.step.reason], ['running', undefined])
})
