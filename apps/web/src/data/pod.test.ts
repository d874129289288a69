import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containersOf } from './pod.ts'

const states = [
  { state: { running: {} }, want: 'Running' },
  { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, want: 'CrashLoopBackOff' },
  { state: { terminated: { exitCode: 0 } }, want: 'Completed' },
  { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } }, want: 'OOMKilled' },
  { state: undefined, want: 'Pending' },
]
for (const { state, want } of states)
  test(`a container that is ${want}`, () => {
    const [one] = containersOf({
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'app' }] },
      status: { containerStatuses: [{ name: 'app', ...(state && { state }) }] },
    })
    assert.equal(one!.state, want)
    assert.equal(one!.isRunning, want === 'Running')
  })

test('containers in the order they start, with limits, ports and how they ended before', () => {
  const all = containersOf({
    metadata: { name: 'p' },
    spec: {
      containers: [
        {
          name: 'app',
          ports: [{ containerPort: 80 }],
          resources: { requests: { cpu: '50m' }, limits: { cpu: '1', memory: '1Gi' } },
        },
      ],
      initContainers: [{ name: 'first' }],
      ephemeralContainers: [{ name: 'look' }],
    },
    status: {
      containerStatuses: [
        { name: 'app', restartCount: 2, lastState: { terminated: { reason: 'Error', exitCode: 3 } } },
      ],
    },
  })
  assert.deepEqual(
    all.map(({ name, role }) => `${role} ${name}`),
    ['init first', 'main app', 'debug look'],
  )
  const app = all[1]!
  assert.equal(app.ports, '80/TCP')
  assert.deepEqual(app.limits, [
    { resource: 'cpu', text: '50m / 1' },
    { resource: 'memory', text: '– / 1Gi' },
  ])
  assert.deepEqual(app.lastEnd, { reason: 'Error', code: 3 })
})
