import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerView, exited, viewOf } from './pod/fixtures.ts'
import { podStats } from './stats.ts'

const usage = { cpuNanos: 5, memoryUsage: 40, workingSet: 30, rss: 20 }

test('what containers use is read anew each time, what they wrote once a minute', async () => {
  let asked = 0
  let now = 0
  const running = containerView('main', { id: 'c1' })
  const ended = exited('side', 0, { id: 'c2' })
  const look = podStats({
    view: { all: () => [viewOf([running, ended])] },
    usage: ({ id }) => (id === 'c1' ? usage : undefined),
    async written() {
      asked++
      return 7
    },
    now: () => new Date(now),
  })
  const [pod] = await look()
  assert.deepEqual(
    pod?.containers.map(({ name, cpuNanos, memoryBytes, memoryUsageBytes, rssBytes, diskBytes }) => ({
      name,
      cpuNanos,
      memoryBytes,
      memoryUsageBytes,
      rssBytes,
      diskBytes,
    })),
    [{ name: 'main', cpuNanos: 5, memoryBytes: 30, memoryUsageBytes: 40, rssBytes: 20, diskBytes: 7 }],
  )
  now = 59_000
  await look()
  assert.equal(asked, 1)
  now = 61_000
  await look()
  assert.equal(asked, 2)
})
