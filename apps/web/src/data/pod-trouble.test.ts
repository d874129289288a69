import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodLike } from './pod.ts'
import { troubleOf } from './pod-trouble.ts'
import { whyPhrases, whyText } from './why-phrases.ts'

type Status = NonNullable<PodLike['status']>

const pod = (status: Status & { message?: string; conditions?: object[] }, nodeName = 'n'): PodLike => ({
  metadata: { name: 'web' },
  spec: { nodeName },
  status,
})
const app = (state: object, more: object = {}) => [{ name: 'app', restartCount: 1, state, ...more }]
const waiting = (reason: string, message = '', more: object = {}) =>
  pod({ phase: 'Pending', containerStatuses: app({ waiting: { reason, message } }, more) })
const unplaced = (message: string) =>
  pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message }] }, '')
const ended = (exitCode: number, reason = 'Error') => ({ lastState: { terminated: { exitCode, reason } } })
const event = (reason: string, message: string) => ({ reason, message })

const cases: {
  name: string
  pod: PodLike
  events?: { reason: string; message: string }[]
  want: string | undefined
  container?: string
}[] = [
  {
    name: 'that runs and is ready',
    pod: pod({ phase: 'Running', containerStatuses: app({ running: {} }, { ready: true }) }),
    want: undefined,
  },
  { name: 'that is done', pod: pod({ phase: 'Succeeded' }), want: undefined },
  {
    name: 'that was evicted',
    pod: pod({ phase: 'Failed', reason: 'Evicted', message: 'low on disk' }),
    want: 'evicted',
  },
  { name: 'that asks for too much', pod: unplaced('0/1 nodes are available: 1 Insufficient memory.'), want: 'noRoom' },
  {
    name: 'that wants another node',
    pod: unplaced("1 node(s) didn't match Pod's node affinity/selector."),
    want: 'noMatch',
  },
  { name: 'on a closed cluster', pod: unplaced('1 node(s) were unschedulable.'), want: 'closed' },
  { name: 'without its claim', pod: unplaced('persistentvolumeclaim "data" not found'), want: 'noClaim' },
  { name: 'whose claim waits', pod: unplaced('pod has unbound immediate PersistentVolumeClaims'), want: 'claim' },
  { name: 'whose image is not there', pod: waiting('ErrImagePull', 'manifest unknown'), want: 'imageMissing' },
  {
    name: 'whose registry has no address',
    pod: waiting('ImagePullBackOff', 'dial tcp: lookup x: no such host'),
    want: 'registry',
  },
  {
    name: 'whose pull is waited for',
    pod: waiting('ImagePullBackOff', 'Back-off pulling image "x"'),
    events: [event('Failed', 'Failed to pull image "x": unauthorized')],
    want: 'imageDenied',
  },
  {
    name: 'without its config',
    pod: waiting('CreateContainerConfigError', 'configmap "c" not found'),
    want: 'configMissing',
  },
  {
    name: 'without an entry',
    pod: waiting('CreateContainerConfigError', "couldn't find key k in Secret shop/s"),
    want: 'keyMissing',
  },
  { name: 'that crashes', pod: waiting('CrashLoopBackOff', '', ended(3)), want: 'crash', container: 'app' },
  {
    name: 'that is out of memory',
    pod: waiting('CrashLoopBackOff', '', ended(137, 'OOMKilled')),
    want: 'memory',
    container: 'app',
  },
  {
    name: 'that ends at once',
    pod: waiting('CrashLoopBackOff', '', ended(0, 'Completed')),
    want: 'endsAtOnce',
    container: 'app',
  },
  {
    name: 'whose probe fails',
    pod: waiting('CrashLoopBackOff', '', ended(137)),
    events: [event('Killing', 'Container app failed liveness probe, will be restarted')],
    want: 'liveness',
    container: 'app',
  },
  {
    name: 'whose init container failed',
    pod: pod({ phase: 'Failed', initContainerStatuses: [{ name: 'migrate', state: { terminated: { exitCode: 7 } } }] }),
    want: 'crash',
    container: 'migrate',
  },
  {
    name: 'whose volume is not there',
    pod: waiting('ContainerCreating'),
    events: [event('FailedMount', 'MountVolume.SetUp failed for volume "v": secret "s" not found')],
    want: 'configMissing',
  },
  {
    name: 'that is not ready',
    pod: pod({ phase: 'Running', containerStatuses: app({ running: {} }) }),
    events: [event('Unhealthy', 'Readiness probe failed: cat: /ready')],
    want: 'notReady',
    container: 'app',
  },
]
for (const { name, pod, events = [], want, container } of cases) {
  test(`a pod ${name}: ${want ?? 'no trouble'}`, () => {
    const trouble = troubleOf(pod, events)
    assert.equal(trouble?.why.key, want)
    assert.equal(trouble?.container, container)
    if (!trouble) return
    for (const language of ['en', 'zh'] as const)
      assert.doesNotMatch(whyText(language, trouble.why), /\{\w+\}/, 'every blank is filled in')
  })
}

test('what is being deleted is in no trouble', () => {
  const deleted = waiting('CrashLoopBackOff', '', ended(3))
  assert.equal(troubleOf({ ...deleted, metadata: { name: 'web', deletionTimestamp: 'x' } }, []), undefined)
})

test('every reason is said in both languages with the same blanks', () => {
  for (const [key, { en, zh }] of Object.entries(whyPhrases)) {
    const blanks = (one: string) => [...new Set([...one.matchAll(/\{\w+\}/g)].map(String))].sort()
    assert.deepEqual(blanks(en), blanks(zh), key)
  }
})
