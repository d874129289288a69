import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText, cpuText, quantityOf } from './quantity.ts'

const read: [string, number | undefined][] = [
  ['0', 0],
  ['1', 1],
  ['500m', 0.5],
  ['100m', 0.1],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['2.', 2],
  ['250n', 2.5e-7],
  ['10u', 1e-5],
  ['1k', 1000],
  ['1Ki', 1024],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['256Mi', 268435456],
  ['2e3', 2000],
  ['1E', 1e18],
  ['1E2', 100],
  ['-1', -1],
  ['', undefined],
  ['1 Gi', undefined],
  ['Gi', undefined],
  ['1gb', undefined],
  ['1K', undefined],
  ['1.2.3', undefined],
]
for (const [text, want] of read) {
  test(`"${text}" is ${want ?? 'no quantity'}`, () => assert.equal(quantityOf(text), want))
}

test('CPU is written in cores or whole millicores', () => {
  assert.deepEqual([0, 0.5, 1, 2.0005, 0.1 + 0.2].map(cpuText), ['0', '500m', '1', '2001m', '300m'])
})

test('bytes are written in the largest unit that fits', () => {
  assert.deepEqual([0, 1000, 1024, 268435456, 1.5 * 2 ** 30].map(bytesText), ['0', '1000', '1Ki', '256Mi', '1536Mi'])
})
