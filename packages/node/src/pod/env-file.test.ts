import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valueIn } from './env-file.ts'

const text = `# a file
A=1
 B = two words
C='single # quoted'
D="double = quoted"
E=
#F=hidden
G='over
two lines'
A=again
H=a=b
`

for (const [name, want] of [
  ['A', '1'],
  ['B', 'two words'],
  ['C', 'single # quoted'],
  ['D', 'double = quoted'],
  ['E', ''],
  ['F', undefined],
  ['#F', undefined],
  ['G', 'over\ntwo lines'],
  ['H', 'a=b'],
  ['Z', undefined],
] as const)
  test(`variable ${name} of a file is ${JSON.stringify(want)}`, () => assert.equal(valueIn(text, name), want))
