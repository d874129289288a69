import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCopy } from './json-copy.ts'

const cases: unknown[] = [null, 1, 'x', true, [], {}, { a: [{ b: null }, 2, [3]], c: { d: 'e' } }]

for (const value of cases)
  test(`jsonCopy copies ${JSON.stringify(value)}`, () => {
    const copy = jsonCopy(value)
    assert.deepEqual(copy, value)
    if (typeof value === 'object' && value !== null) assert.notEqual(copy, value)
  })

test('jsonCopy leaves out what is undefined and keeps __proto__ a member', () => {
  const copy = jsonCopy(JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>
  assert.deepEqual(Object.keys(copy), ['__proto__'])
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  assert.equal(Object.getPrototypeOf(copy), Object.prototype)
  assert.deepEqual(Object.keys(jsonCopy({ a: undefined })), [])
})
