import assert from 'node:assert/strict'
import { test } from 'node:test'
import { added, emptyTail } from './tail.ts'

test('a tail keeps the newest lines and counts the rest', () => {
  const one = added(emptyTail, ['a', 'b'], 3)
  const two = added(one, ['c', 'd', 'e'], 3)
  assert.deepEqual(one, { lines: ['a', 'b'], dropped: 0 })
  assert.deepEqual(two, { lines: ['c', 'd', 'e'], dropped: 2 })
})
