import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Candidate, evicted, victim } from './eviction.ts'
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

test('who has the most processes goes, unless it matters more', () => {
  const all: Candidate[] = [candidate('a', 900, { priority: 5 }), candidate('b', 10), candidate('c', 20)]
  assert.equal(victim(all, 'pids')?.pod.metadata.name, 'c')
})

test('the message names the containers that took more than they asked for', () => {
  const Mi = 1024 ** 2
  const one = candidate('a', 300 * Mi, { request: '100Mi' })
  const containers = new Map([['main', 300 * Mi]])
  const shortage = { signal: 'memory.available', resource: 'memory', least: 100 * Mi, available: 90 * Mi } as const
  assert.deepEqual(evicted(shortage, { ...one, containers }), {
    reason: 'Evicted',
    message:
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. ' +
      'Container main was using 300Mi, request is 100Mi, has larger consumption of memory. ',
    graceSeconds: 1,
    isDisruption: true,
  })
  assert.match(evicted({ ...shortage, resource: 'inodes', least: 50 }, one).message, /Threshold quantity: 50, /)
})
