import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod as podOf } from '../fixtures.ts'
import { isActive, isAvailable, isReady, isSidecar, isTerminal, podIP, podIPs } from './pod.ts'

const cases = [
  { name: 'a running ready pod', pod: podOf('a', { ready: true }), ready: true, active: true, terminal: false },
  { name: 'a pending pod', pod: podOf('a', { phase: 'Pending' }), ready: false, active: true, terminal: false },
  { name: 'a failed pod', pod: podOf('a', { phase: 'Failed' }), ready: false, active: false, terminal: true },
  { name: 'a finished pod', pod: podOf('a', { phase: 'Succeeded' }), ready: false, active: false, terminal: true },
  {
    name: 'a leaving pod',
    pod: podOf('a', { ready: true, deleting: true }),
    ready: true,
    active: false,
    terminal: false,
  },
]
for (const { name, pod, ready, active, terminal } of cases)
  test(name, () => assert.deepEqual([isReady(pod), isActive(pod), isTerminal(pod)], [ready, active, terminal]))

test('a pod is available after being ready for a while', () => {
  const ready = podOf('a', { ready: true, readySince: '2026-01-01T00:00:00Z' })
  assert.equal(isAvailable(ready, 0, new Date('2026-01-01T00:00:00Z')), true)
  assert.equal(isAvailable(ready, 10, new Date('2026-01-01T00:00:09Z')), false)
  assert.equal(isAvailable(ready, 10, new Date('2026-01-01T00:00:10Z')), true)
  assert.equal(isAvailable(podOf('a'), 0, new Date()), false)
})

test('addresses', () => {
  const one = podOf('a', { ip: '10.0.0.1' })
  assert.deepEqual(podIPs(one), ['10.0.0.1'])
  assert.equal(podIP(one), '10.0.0.1')
  assert.deepEqual(podIPs(podOf('b')), [])
  assert.equal(podIP({ ...one, status: { podIP: '10.0.0.2' } }), '10.0.0.2')
})

test('only an init container that restarts always is a sidecar', () => {
  assert.equal(isSidecar({ restartPolicy: 'Always' }), true)
  assert.equal(isSidecar({}), false)
})
