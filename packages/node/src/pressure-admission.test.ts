import assert from 'node:assert/strict'
import { test } from 'node:test'
import { container, podOf } from './pod/fixtures.ts'
import { refusedUnderPressure } from './pressure-admission.ts'

const none = { memory: false, disk: false, pids: false }
const asks = { spec: { containers: [container('main', { resources: { requests: { memory: '1Mi' } } })] } }
const tolerant = { spec: { tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' }] } }
const cases = [
  { name: 'anything where nothing is short', pod: podOf(), pressure: none, want: undefined },
  {
    name: 'no BestEffort pod without memory',
    pod: podOf(),
    pressure: { ...none, memory: true },
    want: 'MemoryPressure',
  },
  { name: 'a pod that asks for memory', pod: podOf(asks), pressure: { ...none, memory: true }, want: undefined },
  { name: 'a pod that tolerates it', pod: podOf(tolerant), pressure: { ...none, memory: true }, want: undefined },
  { name: 'nothing without disk', pod: podOf(asks), pressure: { ...none, disk: true }, want: 'DiskPressure' },
  {
    name: 'nothing without memory and processes',
    pod: podOf(tolerant),
    pressure: { memory: true, disk: false, pids: true },
    want: 'MemoryPressure PIDPressure',
  },
  {
    name: 'what the system needs',
    pod: podOf({ spec: { priority: 2_000_000_000 } }),
    pressure: { ...none, disk: true },
    want: undefined,
  },
]
for (const { name, pod, pressure, want } of cases)
  test(`a node takes ${name}`, () =>
    assert.deepEqual(
      refusedUnderPressure(pod, pressure),
      want && { reason: 'Evicted', message: `The node had condition: [${want}]. ` },
    ))
