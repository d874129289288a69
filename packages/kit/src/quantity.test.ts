import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  findQuantity,
  milliOf,
  parseQuantity,
  quantityOfBytes,
  quantityOfMilli,
  subtractQuantities,
  unitsOf,
} from './quantity.ts'

const canonical: [string | number, string][] = [
  ['0', '0'],
  ['0Mi', '0'],
  ['-0', '0'],
  ['1000m', '1'],
  ['0.5', '500m'],
  [0.5, '500m'],
  [1, '1'],
  ['.5', '500m'],
  ['5.', '5'],
  ['+5', '5'],
  ['1500m', '1500m'],
  ['1000', '1k'],
  ['1024', '1024'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['100Ki', '100Ki'],
  ['1023.5Ki', '1048064'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['12e6', '12e6'],
  ['5e-1', '500e-3'],
  ['0.1e3', '100'],
  ['1E', '1E'],
  ['1Ei', '1Ei'],
  ['0.1n', '1n'],
  ['-1.5', '-1500m'],
  ['-2048Ki', '-2Mi'],
  ['99999999999999999999E', '9223372036854775807'],
  [' 1Gi ', '1Gi'],
]
for (const [text, want] of canonical)
  test(`quantity ${text} is written ${want}`, () => assert.equal(canonicalQuantity(text), want))

for (const text of ['', '.', 'Gi', '1gi', '1 Gi', '1e', '1ki', '--1', '1.2.3', 'abc', '1e99999', '1K'])
  test(`"${text}" is no quantity`, () => {
    assert.equal(findQuantity(text), undefined)
    assert.throws(() => parseQuantity(text), RangeError)
  })

test('quantities compare by value', () => {
  assert.deepEqual(['1Gi', '1G', '500m', '1', '2e3'].toSorted(compareQuantities), ['500m', '1', '2e3', '1G', '1Gi'])
  assert.equal(compareQuantities('1000m', '1'), 0)
})

test('sums keep the format of the first that is not zero', () => {
  assert.equal(addQuantities('0', '512Mi', '512Mi'), '1Gi')
  assert.equal(addQuantities('1', '500m'), '1500m')
  assert.equal(addQuantities(), '0')
  assert.equal(subtractQuantities('1Gi', '512Mi'), '512Mi')
  assert.equal(subtractQuantities('0', '1Ki'), '-1Ki')
  assert.equal(subtractQuantities('1', '1'), '0')
})

test('numbers come out rounded up', () => {
  assert.equal(unitsOf('1Ki'), 1024)
  assert.equal(unitsOf('1100m'), 2)
  assert.equal(unitsOf('-1100m'), -1)
  assert.equal(milliOf('0.25'), 250)
  assert.equal(milliOf('100u'), 1)
  assert.equal(quantityOfMilli(1500), '1500m')
  assert.equal(quantityOfMilli(2000), '2')
  assert.equal(quantityOfBytes(268435456), '256Mi')
})

test('thousands of different quantities are parsed right, kept or not', () => {
  for (let round = 0; round < 2; round++)
    for (let milli = 1; milli < 5000; milli++) assert.equal(milliOf(`${milli}m`), milli)
  assert.equal(milliOf('1'.padStart(60, '0')), 1000)
})
