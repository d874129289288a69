import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { keyOf, turnsOf } from './queue.ts'

/** `demo/web-3`, running with a `*` after it; created in the order they are written. */
const pipelines = (texts: string[]): Pipeline[] =>
  texts.map((text, i) => {
    const [, namespace = '', app = '', number = '', running] = /^(\w+)\/(\w+)-(\d+)(\*?)$/.exec(text) ?? []
    return {
      apiVersion: 'sampan.dev/v1',
      kind: 'Pipeline',
      metadata: { namespace, name: `${app}-${number}`, creationTimestamp: new Date(i * 1000).toISOString() },
      spec: { app, number: Number(number), event: 'push', commit: { sha: 'x', ref: 'y' } },
      ...(running && { status: { state: 'running' as const } }),
    }
  })

const cases = [
  { name: 'the only one runs', open: ['a/x-1'], limit: 1, want: { 'a/x-1': 0 } },
  {
    name: 'the oldest runs',
    open: ['a/x-1', 'a/y-1', 'a/z-1'],
    limit: 1,
    want: { 'a/x-1': 0, 'a/y-1': 1, 'a/z-1': 2 },
  },
  {
    name: 'as many run as may',
    open: ['a/x-1', 'a/y-1', 'a/z-1'],
    limit: 2,
    want: { 'a/x-1': 0, 'a/y-1': 0, 'a/z-1': 1 },
  },
  { name: 'what runs counts', open: ['a/x-1*', 'a/y-1'], limit: 1, want: { 'a/x-1': 0, 'a/y-1': 1 } },
  {
    name: 'projects take turns',
    open: ['a/x-1*', 'a/y-1', 'a/z-1', 'b/x-1'],
    limit: 1,
    want: { 'a/x-1': 0, 'b/x-1': 1, 'a/y-1': 2, 'a/z-1': 3 },
  },
  {
    name: 'one app builds one thing at a time, and others go past',
    open: ['a/x-1*', 'a/x-2', 'a/y-1'],
    limit: 2,
    want: { 'a/x-1': 0, 'a/x-2': 1, 'a/y-1': 0 },
  },
  {
    name: 'one app keeps its order',
    open: ['a/x-1', 'a/x-2', 'a/x-3'],
    limit: 3,
    want: { 'a/x-1': 0, 'a/x-2': 1, 'a/x-3': 2 },
  },
  {
    name: 'a lower limit stops nobody',
    open: ['a/x-1*', 'a/y-1*', 'a/z-1'],
    limit: 1,
    want: { 'a/x-1': 0, 'a/y-1': 0, 'a/z-1': 1 },
  },
]
for (const { name, open, limit, want } of cases) {
  test(`in the queue, ${name}`, () => assert.deepEqual(Object.fromEntries(turnsOf(pipelines(open), limit)), want))
}

test('starting one lets no other go past it', () => {
  const open = pipelines(['a/x-1', 'b/x-1', 'a/y-1', 'b/y-1', 'c/x-1'])
  for (let limit = 1; limit <= 4; limit++) {
    const before = turnsOf(open, limit)
    const started = open.find((one) => before.get(keyOf(one)) === 0)!
    const after = turnsOf(
      open.map((one) => (one === started ? { ...one, status: { state: 'running' as const } } : one)),
      limit,
    )
    assert.deepEqual(after, before)
  }
})
