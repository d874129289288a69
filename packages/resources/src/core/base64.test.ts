import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64FromBytes, base64FromText, bytesOf, sizeOf } from './base64.ts'

test('text and bytes become base64 and come back', () => {
  assert.equal(base64FromText('hällo'), Buffer.from('hällo').toString('base64'))
  const large = new Uint8Array(20000).map((_, at) => at % 256)
  const text = base64FromBytes(large)
  assert.equal(text, Buffer.from(large).toString('base64'))
  assert.deepEqual(bytesOf(text), large)
})

for (const size of [0, 1, 2, 3, 4, 100])
  test(`the size of ${size} bytes is known without decoding`, () =>
    assert.equal(sizeOf(base64FromBytes(new Uint8Array(size))), size))

for (const text of ['a', 'a===', '****', 'YQ=', 'YQ==\n'])
  test(`${JSON.stringify(text)} is no base64`, () => assert.equal(bytesOf(text), undefined))
