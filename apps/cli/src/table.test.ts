import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from './table.ts'

test('a table lines its columns up and shows what is missing', () => {
  assert.equal(
    table(
      ['NAME', 'STATE', 'URL'],
      [
        ['hello', 'verified', 'http://a'],
        ['b', undefined, ''],
      ],
    ),
    'NAME   STATE     URL\nhello  verified  http://a\nb      -         -\n',
  )
})

test('a table counts Chinese characters as two columns', () => {
  assert.equal(
    table(
      ['A', 'B'],
      [
        ['舢板', 'x'],
        ['abcd', 'y'],
      ],
    ),
    'A     B\n舢板  x\nabcd  y\n',
  )
})
