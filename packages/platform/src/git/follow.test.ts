import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { followPush } from './follow.ts'

test('a push whose run waits for approval ends and says so, although its log goes on', {
  timeout: 10_000,
}, async () => {
  const one = {
    metadata: { name: 'hello-3', namespace: 'demo' },
    spec: { app: 'hello', number: 3, event: 'push', commit: { sha: '0123456789', ref: 'refs/heads/main' } },
    status: { state: 'blocked', reason: '.drone.yml is not signed: an owner or maintainer has to approve it' },
  } as unknown as Pipeline
  let wasEnded = false
  const lines = followPush(
    { namespace: 'demo', name: 'hello-3' },
    {
      client: { get: async () => one } as never,
      signal: new AbortController().signal,
      async *readLog(_, { signal } = {}) {
        if (!signal?.aborted) await once(signal!, 'abort')
        wasEnded = true
        yield* []
      },
    },
  )
  const told = await Array.fromAsync(lines)
  assert.deepEqual(told.filter(Boolean), [
    'Pipeline 3 waits for approval: .drone.yml is not signed: an owner or maintainer has to approve it (sampan pipelines approve 3).',
  ])
  assert.ok(wasEnded)
})
