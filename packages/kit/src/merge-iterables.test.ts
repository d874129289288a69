import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { mergeIterables } from './merge-iterables.ts'

async function* steps(...values: (string | number)[]) {
  for (const value of values) {
    if (typeof value === 'number') await wait(value)
    else yield value
  }
}

test('values come in the order they happen, all of them', async () => {
  const seen = await Array.fromAsync(mergeIterables(steps('a', 40, 'c'), steps(10, 'b', 60, 'd'), steps()))
  assert.deepEqual(seen, ['a', 'b', 'c', 'd'])
})

test('a failure is thrown and the others are ended', async () => {
  let ended = false
  async function* endless() {
    try {
      for (;;) {
        yield 'x'
        await wait(1)
      }
    } finally {
      ended = true
    }
  }
  async function* failing(): AsyncGenerator<string> {
    yield 'y'
    await wait(5)
    throw new Error('broken')
  }
  await assert.rejects(Array.fromAsync(mergeIterables(endless(), failing())), /broken/)
  await wait(20)
  assert.ok(ended)
})

test('leaving early ends the sources', async () => {
  let ended = false
  async function* one() {
    try {
      yield 1
      yield 2
    } finally {
      ended = true
    }
  }
  for await (const value of mergeIterables(one())) {
    assert.equal(value, 1)
    break
  }
  await wait(5)
  assert.ok(ended)
})
