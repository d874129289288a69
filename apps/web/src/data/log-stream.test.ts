import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import type { LogLine } from './log-buffer.ts'
import { readLog, sincePath } from './log-stream.ts'

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

test('a log that is taken up again is asked for from before it broke, however much was printed since', async () => {
  assert.equal(sincePath('/kube/log?follow=true&tailLines=5000', 61.2), '/kube/log?follow=true&sinceSeconds=62')
  assert.equal(sincePath('/api/logs?follow=true&tail=2000', 1e9), '/api/logs?follow=true&tail=1000000&since=999999')
  assert.equal(sincePath('/api/pipelines/web-1/logs', 5), '/api/pipelines/web-1/logs')
  const asked: string[] = []
  const connections = [
    async function* () {
      yield event(10, 'one')
      throw new TypeError('network')
    },
    async function* () {
      yield event(10, 'one') + event(11, 'two')
    },
  ]
  let time = 0
  await readLog('/logs?tail=10', {
    lineOf: lineOf as never,
    onLines: () => undefined,
    onState: () => undefined,
    signal: AbortSignal.timeout(2_000),
    waitMs: 1,
    now: () => {
      time += 30_000
      return time
    },
    open: async (path) => {
      asked.push(path)
      return connections.shift()!()
    },
  })
  assert.deepEqual(asked, ['/logs?tail=10', '/logs?tail=1000000&since=90'])
})
