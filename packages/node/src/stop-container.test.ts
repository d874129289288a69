import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '@sampan/resources/core/service'
import { container, podOf } from './pod/fixtures.ts'
import { leaveTime, servesUntilNow, signalNumber } from './stop-container.ts'

const cases: [string | undefined, number | undefined][] = [
  [undefined, undefined],
  ['SIGTERM', 15],
  ['SIGUSR1', 10],
  ['SIGRTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['SIGRTMAX-1', 63],
  ['SIGNONE', undefined],
]
for (const [name, want] of cases) test(`signal ${name}`, () => assert.equal(signalNumber(name), want))

const selecting = (app: string) => [{ metadata: { name: 'web' }, spec: { selector: { app } } }] as Service[]
const leaving = { labels: { app: 'web' }, deletionTimestamp: '2026-01-01T00:00:30Z' }
const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
const main = container('main')
const waits = [
  { name: 'who serves', want: true },
  { name: 'whom no Service selects', services: selecting('other'), want: false },
  { name: 'who is not ready', status: {}, want: false },
  { name: 'who only starts anew', metadata: { labels: { app: 'web' } }, want: false },
  { name: 'who has little time', left: 900, want: false },
  {
    name: 'who has a hook for it',
    spec: { containers: [{ ...main, lifecycle: { preStop: { sleep: { seconds: 1 } } } }] },
    want: false,
  },
  {
    name: 'a sidecar: it is stopped after the others',
    spec: { initContainers: [{ ...main, restartPolicy: 'Always' }], containers: [container('other')] },
    want: false,
  },
]
for (const {
  name,
  services = selecting('web'),
  metadata = leaving,
  status = ready,
  spec,
  left = 30_000,
  want,
} of waits)
  test(`a moment more is given to ${name}: ${want}`, () => {
    const pod = podOf({ metadata, status, ...(spec && { spec }) })
    assert.equal(servesUntilNow(pod, 'main', services, left), want)
  })

test('on a busy machine the moment is longer, but never more than half of what is left', () => {
  assert.deepEqual(
    [leaveTime(0.2, 30_000), leaveTime(3, 30_000), leaveTime(50, 30_000), leaveTime(50, 2000)],
    [500, 1500, 3000, 1000],
  )
})
