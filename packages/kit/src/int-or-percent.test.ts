import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amountOf, percentOf } from './int-or-percent.ts'

const cases: [number | string, number, 'up' | 'down', number][] = [
  [3, 10, 'up', 3],
  ['25%', 10, 'up', 3],
  ['25%', 10, 'down', 2],
  ['100%', 7, 'down', 7],
  ['0%', 7, 'up', 0],
  ['150%', 2, 'up', 3],
]
for (const [value, total, round, want] of cases)
  test(`${value} of ${total} rounded ${round} is ${want}`, () => assert.equal(amountOf(value, total, round), want))

test('what is no percentage', () => {
  for (const text of ['', '3', 'x%', '-5%', '1.5%']) {
    assert.equal(percentOf(text), undefined)
    assert.throws(() => amountOf(text, 1, 'up'), RangeError)
  }
})
