import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Keyed, Sorted } from './sorted.ts'

/** A small generator with a fixed seed, so that a failure can be repeated. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return state % below
  }
}

const item = (key: string): Keyed => ({ key })

for (const seed of [1, 2, 3]) {
  test(`Sorted agrees with a sorted array (seed ${seed})`, () => {
    const next = random(seed)
    const keys = new Sorted<Keyed>()
    const model = new Set<string>()
    for (let i = 0; i < 4000; i++) {
      const key = `/${'abc'[next(3)]}/${'xy'[next(2)]}/${next(900)}`
      if (next(3) === 0) {
        keys.delete(key)
        model.delete(key)
      } else {
        keys.add({ key })
        model.add(key)
      }
    }
    assert.equal(keys.size, model.size)
    for (const prefix of ['/', '/a/', '/b/y/', '/c/x/1', '/zz/']) {
      const all = [...model].filter((key) => key.startsWith(prefix)).sort()
      assert.deepEqual(keys.range(prefix), { items: all.map(item), remaining: 0 })
      const after = all[all.length >> 1]
      if (after === undefined) continue
      const rest = all.filter((key) => key > after)
      assert.deepEqual(keys.range(prefix, after, 7), {
        items: rest.slice(0, 7).map(item),
        remaining: Math.max(0, rest.length - 7),
      })
    }
  })
}

test('Sorted replaces an item of the same key', () => {
  const items = new Sorted<Keyed & { n: number }>()
  items.add({ key: '/a/1', n: 1 })
  items.add({ key: '/a/1', n: 2 })
  assert.deepEqual([items.size, items.range('/a/').items[0]?.n], [1, 2])
})
