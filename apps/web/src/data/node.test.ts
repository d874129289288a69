import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NodeLike, sharesOf } from './node.ts'
import type { PodLike } from './pod.ts'

const node: NodeLike = {
  metadata: { name: 'n' },
  status: {
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    allocatable: { cpu: '3500m', memory: '7Gi', pods: '100' },
  },
}
const pod = (cpu: string, memory: string, rest: Partial<PodLike> = {}): PodLike => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'a', resources: { requests: { cpu, memory } } }] },
  ...rest,
})

test('what a node gives, what is asked for, and what is used', () => {
  const metrics = { metadata: { name: 'n' }, usage: { cpu: '1500000000n', memory: '1Gi' } }
  assert.deepEqual(
    sharesOf(node, [pod('250m', '128Mi'), pod('1', '1Gi', { status: { phase: 'Succeeded' } })], metrics),
    [
      { resource: 'cpu', all: 3500, requested: 250, used: 1500 },
      { resource: 'memory', all: 7 * 2 ** 30, requested: 128 * 2 ** 20, used: 2 ** 30 },
      { resource: 'pods', all: 100, requested: 1, used: 1 },
    ],
  )
})

test('an init container that asks for more than all others counts', () => {
  const both = pod('100m', '10Mi', {
    spec: {
      containers: [{ name: 'a', resources: { requests: { cpu: '100m' } } }, { name: 'b' }],
      initContainers: [{ name: 'i', resources: { requests: { cpu: '2' } } }],
    },
  })
  const [cpu] = sharesOf(node, [both])
  assert.deepEqual(cpu, { resource: 'cpu', all: 3500, requested: 2000 })
})
