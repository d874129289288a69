import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOf } from './api.ts'

async function* pieces(...texts: string[]) {
  yield* texts
}

test('lines come out whole, however they were cut', async () => {
  assert.deepEqual(await Array.fromAsync(linesOf(pieces('a', 'b\nc', '\n\nd'))), ['ab', 'c', '', 'd'])
})
