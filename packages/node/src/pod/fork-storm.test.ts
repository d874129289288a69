import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStorm, stormLevel } from './fork-storm.ts'

/** Refused forks between looks → the look that says it is a storm, from 1; 0: never. */
const cases = [
  { name: 'a fork bomb is a storm at the third look', refused: [3000, 15_000, 8000], at: 3 },
  { name: 'shells that wait between tries are one a little later', refused: Array(20).fill(28), at: 14 },
  { name: 'one burst is none, however large', refused: [100_000, 0, 0, 0, 100_000, 0], at: 0 },
  { name: 'a burst that ebbs away is none', refused: [50_000, 40, 3, 1, 1, 1], at: 0 },
  { name: 'a server that tries again now and then is none', refused: Array(600).fill(8), at: 0 },
  { name: 'nothing is nothing', refused: Array(5).fill(0), at: 0 },
]

for (const { name, refused, at } of cases) {
  test(name, () => {
    let level = 0
    const found = refused.findIndex((count) => {
      level = stormLevel(level, count)
      return isStorm(level)
    })
    assert.equal(found + 1, at)
  })
}
