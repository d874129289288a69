import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from './encode.ts'

const text = (value: unknown) => Buffer.from(encode(value)).toString()
const data = { command: ['a && b > "c"\u2028'] }

test('the data of a revision is written as Go writes it: clients compare bytes', () =>
  assert.equal(
    text({ kind: 'ControllerRevision', data }),
    '{"kind":"ControllerRevision","data":{"command":["a \\u0026\\u0026 b \\u003e \\"c\\"\\u2028"]}}',
  ))

for (const value of [{ kind: 'Pod', data }, null, 'a && b', [1]])
  test(`anything else is plain JSON: ${JSON.stringify(value)}`, () => assert.equal(text(value), JSON.stringify(value)))
