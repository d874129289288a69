import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, systemClock } from './clock.ts'

test('a fake clock runs what falls due, in order, and nothing else', async () => {
  const clock = fakeClock('2026-01-01T00:00:00Z')
  const ran: string[] = []
  clock.after(2000, () => ran.push('two'))
  clock.after(1000, () => {
    ran.push('one')
    clock.after(500, () => ran.push('one and a half'))
  })
  const cancel = clock.after(1500, () => ran.push('cancelled'))
  cancel()
  await clock.advance(1999)
  assert.deepEqual(ran, ['one', 'one and a half'])
  await clock.advance(1)
  assert.deepEqual(ran, ['one', 'one and a half', 'two'])
  assert.equal(clock.now().toISOString(), '2026-01-01T00:00:02.000Z')
})

test('the system clock can be cancelled', async () => {
  const cancel = systemClock.after(0, () => assert.fail('was cancelled'))
  cancel()
  await new Promise((resolve) => setTimeout(resolve, 5))
})
