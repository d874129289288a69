import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestOf } from './matches.ts'
import { ordered } from './order.ts'

const all = ['shop-web', 'web', 'webhook', 'shop web api', 'other']
const cases = [
  { wanted: 'web', want: ['web', 'webhook', 'shop-web', 'shop web api'] },
  { wanted: 'shop api', want: ['shop web api'] },
  { wanted: 'none', want: [] },
  { wanted: '', want: all },
]
for (const { wanted, want } of cases) {
  test(`“${wanted}” finds ${want.length}`, () =>
    assert.deepEqual(
      bestOf(all, (one) => one, wanted),
      want,
    ))
}

test('numbers in names count as numbers', () => {
  const names = ['web-10', 'web-9', 'api']
  assert.deepEqual(
    ordered(names, (one) => one, { isDescending: false }),
    ['api', 'web-9', 'web-10'],
  )
  assert.deepEqual(
    ordered([3, 20, 1], (one) => one, { isDescending: true }),
    [20, 3, 1],
  )
})
