import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import type { LogLine } from './log-buffer.ts'
import { readLog } from './log-stream.ts'

const event = (time: number, text: string, from = 'a') =>
  `event: line\ndata: ${JSON.stringify({ time: `00:${time}`, instance: from, text })}\n\n`
const lineOf = ({ time, instance, text }: { time: string; instance: string; text: string }): LogLine => ({
  time,
  from: instance,
  text,
})

async function read(connections: (() => AsyncIterable<string>)[]) {
  const got: string[] = []
  const states: string[] = []
  await readLog('/log', {
    lineOf: lineOf as never,
    onLines: (lines) => got.push(...lines.map(({ text }) => text)),
    onState: ({ kind }) => states.push(kind),
    signal: AbortSignal.timeout(2_000),
    batchMs: 1,
    waitMs: 1,
    open: async () => connections.shift()!(),
  })
  return { got, states }
}

test('a lost connection is taken up again: no gap, nothing twice', async () => {
  const { got, states } = await read([
    async function* () {
      yield event(10, 'one')
      yield `${event(11, 'two')}event: li`
      throw new TypeError('network')
    },
    async function* () {
      yield event(10, 'one') + event(11, 'two') + event(11, 'other', 'b') + event(12, 'three')
    },
  ])
  assert.deepEqual(got, ['one', 'two', 'other', 'three'])
  assert.deepEqual(states, ['open', 'lost', 'open', 'ended'])
})

test('a refusal ends it with its sentence', async () => {
  const { states } = await read([
    async function* () {
      yield 'event: error\ndata: {"status":404,"detail":"There is no such run."}\n\n'
    },
  ])
  assert.deepEqual(states, ['open', 'refused'])
  const refused = await read([
    () => {
      throw new Refused(403, 'You may not.')
    },
  ])
  assert.deepEqual(refused.states, ['refused'])
})
