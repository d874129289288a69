import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counts } from './counts.ts'

test('counts what is under every prefix of its keys, and forgets the empty ones', () => {
  const counts = new Counts()
  for (const key of ['/core/pods/a/x', '/core/pods/a/y', '/core/pods/b/x', '/apps/deployments/a/x']) counts.add(key)
  const all = () => ['/', '/core/', '/core/pods/', '/core/pods/a/', '/core/pods/c/'].map((prefix) => counts.of(prefix))
  assert.deepEqual(all(), [4, 3, 3, 2, 0])
  counts.delete('/core/pods/a/x')
  assert.deepEqual(all(), [3, 2, 2, 1, 0])
  counts.delete('/core/pods/a/y')
  assert.deepEqual(all(), [2, 1, 1, 0, 0])
})
