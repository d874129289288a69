import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './clock.ts'
import { type WorkQueueOptions, workQueue } from './work-queue.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

function queueOf(run: WorkQueueOptions['run'], workers = 2) {
  const clock = fakeClock()
  const errors: string[] = []
  const queue = workQueue({
    workers,
    clock,
    run,
    backoff: { first: 10, most: 1000 },
    failed: (key, error, failures, wait) => errors.push(`${key} ${(error as Error).message} ${failures} ${wait}`),
    random: () => 0,
  })
  return { clock, queue, errors }
}

test('asks made before a run are one run', async () => {
  const ran: string[] = []
  const { queue } = queueOf(async (key) => void ran.push(key))
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  await queue.idle()
  assert.deepEqual(ran, ['a', 'b'])
  await queue.close()
})

test('a key never runs twice at once; an ask while it runs makes one more run', async () => {
  let now = 0
  let most = 0
  let runs = 0
  const { queue } = queueOf(async () => {
    runs++
    most = Math.max(most, ++now)
    await settled()
    now--
  })
  queue.add('a')
  await Promise.resolve()
  queue.add('a')
  queue.add('a')
  await queue.idle()
  assert.deepEqual({ most, runs }, { most: 1, runs: 2 })
  await queue.close()
})

test('no more keys run at once than there are workers', async () => {
  let now = 0
  let most = 0
  const { queue } = queueOf(async () => {
    most = Math.max(most, ++now)
    await settled()
    now--
  }, 3)
  for (let i = 0; i < 20; i++) queue.add(`key-${i}`)
  await queue.idle()
  assert.equal(most, 3)
  await queue.close()
})

test('a failure is retried with growing waits until it is good', async () => {
  let tries = 0
  const { queue, clock, errors } = queueOf(async () => {
    if (++tries < 4) throw new Error('no')
  })
  queue.add('a')
  await clock.advance(9)
  assert.equal(tries, 1)
  await clock.advance(1)
  assert.equal(tries, 2)
  await clock.advance(20)
  await clock.advance(40)
  await queue.idle()
  assert.equal(tries, 4)
  assert.deepEqual(errors, ['a no 1 10', 'a no 2 20', 'a no 3 40'])
  await queue.close()
})

test('of several delayed asks the earliest counts', async () => {
  const ran: number[] = []
  const { queue, clock } = queueOf(async () => void ran.push(clock.now().getTime()))
  const start = clock.now().getTime()
  queue.addAfter('a', 5000)
  queue.addAfter('a', 1000)
  queue.addAfter('a', 3000)
  await clock.advance(10_000)
  assert.deepEqual(
    ran.map((at) => at - start),
    [1000],
  )
  await queue.close()
})

test('after close nothing starts, and close waits for what runs', async () => {
  let ended = false
  const { queue } = queueOf(async () => {
    await settled()
    ended = true
  })
  queue.add('a')
  await Promise.resolve()
  await queue.close()
  assert.equal(ended, true)
  queue.add('b')
  assert.equal(queue.depth, 0)
})

test('a long queue leaves room for everything else', async () => {
  const { queue } = queueOf(async () => {
    const until = performance.now() + 1
    while (performance.now() < until);
  })
  let turns = 0
  const other = setInterval(() => turns++, 1)
  for (let i = 0; i < 100; i++) queue.add(`key-${i}`)
  await queue.idle()
  clearInterval(other)
  assert.ok(turns >= 4, `${turns} turns`)
  await queue.close()
})
