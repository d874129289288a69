import assert from 'node:assert/strict'
import { test } from 'node:test'
import { victim } from './eviction.ts'
import { container, podOf } from './pod/fixtures.ts'

const candidate = (
  name: string,
  usage: number,
  { request, priority }: { request?: string; priority?: number } = {},
) => ({
  pod: podOf({
    metadata: { name },
    spec: {
      priority,
      containers: [container('main', { resources: request ? { requests: { memory: request } } : {} })],
    },
  }),
  usage,
})
const cases = [
  { name: 'nobody', all: [], want: undefined },
  { name: 'the largest that asked for nothing', all: [candidate('a', 10), candidate('b', 20)], want: 'b' },
  {
    name: 'who takes more than it asked for',
    all: [candidate('a', 100, { request: '200' }), candidate('b', 20)],
    want: 'b',
  },
  { name: 'the less important', all: [candidate('a', 10, { priority: -1 }), candidate('b', 99)], want: 'a' },
  {
    name: 'the larger excess',
    all: [candidate('a', 100, { request: '90' }), candidate('b', 60, { request: '10' })],
    want: 'b',
  },
  { name: 'never what the system needs', all: [candidate('a', 99, { priority: 2_000_001_000 })], want: undefined },
]
for (const { name, all, want } of cases)
  test(`eviction takes ${name}`, () => assert.equal(victim(all, 'memory')?.pod.metadata.name, want))
