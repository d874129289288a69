import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expand } from './expand.ts'

const values = new Map([
  ['A', '1'],
  ['B_C', 'two'],
  ['EMPTY', ''],
])

const cases = [
  { text: 'plain', want: 'plain' },
  { text: '$(A)', want: '1' },
  { text: 'x$(A)y$(B_C)z', want: 'x1ytwoz' },
  { text: '$(EMPTY)', want: '' },
  { text: '$(NONE)', want: '$(NONE)' },
  { text: '$$(A)', want: '$(A)' },
  { text: '$$$(A)', want: '$1' },
  { text: '$A', want: '$A' },
  { text: '$(A', want: '$(A' },
  { text: 'end$', want: 'end$' },
  { text: '$()', want: '$()' },
]

for (const { text, want } of cases) test(`expands ${text} to ${want}`, () => assert.equal(expand(text, values), want))
