import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channel } from './channel.ts'

test('values come in the order they were sent', async () => {
  const one = channel<number>()
  for (const value of [1, 2, 3]) void one.send(value)
  one.close()
  assert.deepEqual(await Array.fromAsync(one), [1, 2, 3])
})

test('a reader waits for a value', async () => {
  const one = channel<number>()
  const read = Array.fromAsync(one)
  await one.send(1)
  one.close()
  assert.deepEqual(await read, [1])
})

test('a writer waits for room', async () => {
  const one = channel<number>(2)
  await one.send(1)
  let done = false
  const second = one.send(2).then(() => {
    done = true
  })
  await Promise.resolve()
  assert.equal(done, false)
  const reader = one[Symbol.asyncIterator]()
  assert.equal((await reader.next()).value, 1)
  await second
  assert.equal(done, true)
  await reader.return?.(undefined)
})

test('a failure comes after what was sent before', async () => {
  const one = channel<number>()
  void one.send(1)
  one.fail(new Error('broken'))
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const value of one) seen.push(value)
  }, /broken/)
  assert.deepEqual(seen, [1])
})

test('a reader that leaves frees the writers', async () => {
  const one = channel<number>(1)
  const stuck = one.send(1)
  for await (const _ of one) break
  await stuck
  assert.equal(one.isClosed, true)
  await one.send(2)
})
