import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from './api.ts'

async function* chunks(...texts: string[]) {
  yield* texts
}

test('events come out whole, however they were cut', async () => {
  const found = await Array.fromAsync(
    eventsOf(chunks('event: li', 'ne\ndata: {"text"', ':"a"}\n', '\n: ping\n\ndata: 1\r\n\r\ndata: unfin')),
  )
  assert.deepEqual(found, [
    { event: 'line', data: { text: 'a' } },
    { event: 'message', data: 1 },
  ])
})
