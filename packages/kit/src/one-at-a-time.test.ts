import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneAtATime } from './one-at-a-time.ts'

const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

test('work of one key waits for what came before it, also when that fails', async () => {
  const once = oneAtATime()
  const first = gate()
  const told: string[] = []
  const failing = once('a', async () => {
    await first.opened
    told.push('first')
    throw new Error('no')
  })
  const second = once('a', async () => told.push('second'))
  await once('b', async () => told.push('other'))
  assert.deepEqual(told, ['other'])
  first.open()
  await assert.rejects(failing, /no/)
  await second
  assert.deepEqual(told, ['other', 'first', 'second'])
  assert.equal(await once('a', async () => 7), 7)
})
