import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '@sampan/kit/clock'
import { coalesced } from './coalesce.ts'

test('many asks are one run; an ask during a run makes one more; a failure is tried again', async () => {
  const clock = fakeClock()
  const log: string[] = []
  let fails = 0
  let gate = Promise.resolve()
  const job = coalesced({
    clock,
    failed: (_error, failures) => log.push(`failed ${failures}`),
    run: async () => {
      log.push('run')
      await gate
      if (fails-- > 0) throw new Error('no')
    },
  })
  for (let i = 0; i < 5; i++) job.ask()
  await clock.advance(10)
  assert.deepEqual(log.splice(0), ['run'])

  const hold = Promise.withResolvers<void>()
  gate = hold.promise
  job.ask()
  await clock.advance(10)
  job.ask()
  job.ask()
  await clock.advance(10)
  assert.deepEqual(log, ['run'])
  hold.resolve()
  await clock.advance(10)
  assert.deepEqual(log.splice(0), ['run', 'run'])

  fails = 2
  const settled = job.next()
  await clock.advance(1000)
  await settled
  assert.deepEqual(log.splice(0), ['run', 'failed 1', 'run', 'failed 2', 'run'])

  await job.close()
  job.ask()
  await clock.advance(1000)
  assert.deepEqual(log, [])
})
