import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Image } from './cri/messages.ts'
import { agesAfter, removable } from './image-gc.ts'

const image = (id: string, name: string, size: number): Image => ({
  id,
  repoTags: [name],
  repoDigests: [],
  size,
  uid: undefined,
  username: '',
  pinned: false,
})
const all = [
  image('old', 'a:1', 10),
  image('new', 'b:1', 10),
  image('used', 'c:1', 10),
  image('own', 'sampan.dev/system/x:1', 10),
  image('fresh', 'd:1', 10),
  { ...image('pinned', 'e:1', 10), pinned: true },
]
const minute = 60_000
const use = {
  inUse: new Set(['used', 'shown']),
  ages: new Map([
    ['old', { found: 0, used: 0 }],
    ['new', { found: 0, used: 5 * minute }],
    ['used', { found: 0, used: 0 }],
    ['own', { found: 0, used: 0 }],
    ['pinned', { found: 0, used: 0 }],
    ['fresh', { found: 99 * minute, used: 0 }],
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

test('what is there at first came long ago, what comes later is young, what is used is used now', () => {
  const first = agesAfter(undefined, ['a', 'b'], { inUse: new Set(['b']), now: minute })
  assert.deepEqual(Object.fromEntries(first), { a: { found: 0, used: 0 }, b: { found: 0, used: minute } })
  const later = agesAfter(first, ['b', 'c'], { inUse: new Set(), now: 9 * minute })
  assert.deepEqual(Object.fromEntries(later), { b: { found: 0, used: minute }, c: { found: 9 * minute, used: 0 } })
})
