import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Image } from './cri/messages.ts'
import { removable } from './image-gc.ts'

const image = (id: string, name: string, size: number): Image => ({
  id,
  repoTags: [name],
  repoDigests: [],
  size,
  uid: undefined,
  username: '',
})
const all = [
  image('old', 'a:1', 10),
  image('new', 'b:1', 10),
  image('used', 'c:1', 10),
  image('own', 'sampan.dev/system/x:1', 10),
  image('fresh', 'd:1', 10),
]
const minute = 60_000
const use = {
  inUse: new Set(['used']),
  lastUsed: new Map([
    ['old', 0],
    ['new', 5 * minute],
    ['used', 0],
    ['own', 0],
    ['fresh', 99 * minute],
  ]),
  kept: ['sampan.dev/'],
  now: 100 * minute,
}
const cases = [
  { bytes: 0, want: [] },
  { bytes: 1, want: ['old'] },
  { bytes: 11, want: ['old', 'new'] },
  { bytes: 1000, want: ['old', 'new'] },
]
for (const { bytes, want } of cases)
  test(`${want.length} images go for ${bytes} bytes`, () =>
    assert.deepEqual(
      removable(all, bytes, use).map(({ id }) => id),
      want,
    ))
