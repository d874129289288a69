import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from './json-text.ts'

const cases = [
  { name: 'finds nothing in clean JSON', text: '{"a":[{"b":"x:y\\"{"},{"b":2}],"c":{}}', want: [] },
  { name: 'finds a key that comes twice', text: '{"a":1,"a":2}', want: ['a'] },
  { name: 'finds it deep inside', text: '{"s":{"l":[{"n":1},{"n":1,"m":{"x":1,"x":{}}}]}}', want: ['s.l[1].m.x'] },
  { name: 'sees through escapes', text: '{"a":1,"\\u0061":2}', want: ['a'] },
  { name: 'is not misled by braces in strings', text: '{"a":"}{,\\"a\\":","b":"a"}', want: [] },
]

for (const { name, text, want } of cases)
  test(`parseJson ${name}`, () => assert.deepEqual(parseJson(text).duplicates, want))

test('parseJson drops __proto__', () => {
  const { value, duplicates } = parseJson('{"__proto__":{"x":1},"a":{"__proto__":2,"b":1}}')
  assert.deepEqual(value, { a: { b: 1 } })
  assert.deepEqual(duplicates, [])
})

for (const [name, text] of [
  ['truncated', '{"a":'],
  ['empty', ''],
  ['too deep', '['.repeat(100_000)],
  ['deep but closed', `${'['.repeat(5000)}${']'.repeat(5000)}`],
] as const)
  test(`parseJson refuses what is ${name}`, () => assert.throws(() => parseJson(text), { reason: 'BadRequest' }))
