import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoded, encoded, entriesOf, withChanges } from './secret-data.ts'

for (const text of ['', 'plain', '密码 <img src=x onerror=alert(1)>', 'two\nlines\t\r\n', '\ufeffmark'])
  test(`text ${JSON.stringify(text)} comes back as it was`, () =>
    assert.deepEqual(decoded(encoded(text)), { kind: 'text', text }))

for (const bytes of [
  [0xff, 0xfe],
  [0, 1, 2],
])
  test(`${bytes.join()} is no text`, () =>
    assert.deepEqual(decoded(Buffer.from(bytes).toString('base64')), {
      kind: 'binary',
      bytes: bytes.length,
      base64: Buffer.from(bytes).toString('base64'),
    }))

test('a change leaves every other entry byte for byte', () => {
  const secret = { type: 'Opaque', data: { a: 'AP8=', b: encoded('old'), c: encoded('gone') } }
  assert.deepEqual(withChanges(secret, { b: 'new', c: null, d: 'more' }, true), {
    type: 'Opaque',
    data: { a: 'AP8=', b: encoded('new'), d: encoded('more') },
  })
  const map = { data: { a: 'x' }, binaryData: { b: 'AP8=' } }
  assert.deepEqual(withChanges(map, { b: 'text' }, false), { data: { a: 'x', b: 'text' }, binaryData: {} })
})

test('entries of a ConfigMap are its texts and its bytes', () => {
  assert.deepEqual(entriesOf({ data: { b: 'x' }, binaryData: { a: 'AP8=' } }, false), [
    ['a', { kind: 'binary', bytes: 2, base64: 'AP8=' }],
    ['b', { kind: 'text', text: 'x' }],
  ])
  assert.deepEqual(entriesOf({}, true), [])
})
