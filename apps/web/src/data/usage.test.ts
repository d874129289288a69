import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameFrom } from './names.ts'
import { bytesText, cpuText, withSample } from './usage.ts'

test('samples are kept per instance; those that are gone go', () => {
  const first = withSample(new Map(), {
    instances: [
      { name: 'a', cpu: 1, memory: 2 },
      { name: 'b', cpu: 1, memory: 2 },
    ],
  })
  const second = withSample(first, { instances: [{ name: 'a', cpu: 3, memory: 4 }] })
  assert.deepEqual([...second], [['a', { cpu: [1, 3], memory: [2, 4] }]])
})

test('amounts are short', () => {
  assert.deepEqual(
    [cpuText(0.0123), cpuText(1.5), bytesText(900), bytesText(3.2 * 2 ** 20), bytesText(2 ** 34)],
    ['12m', '1.50', '900 B', '3.2 MiB', '16 GiB'],
  )
})

test('names are made of whatever something is called', () => {
  assert.deepEqual(
    [nameFrom('My Shop.git'), nameFrom('9-lives'), nameFrom('ÄÖ'), nameFrom(`${'a'.repeat(29)}--b`)],
    ['my-shop', 'lives', '', 'a'.repeat(29)],
  )
})
