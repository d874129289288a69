import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheOf } from '@sampan/client/cache'
import { configMap } from '@sampan/resources/core/config-map'
import { wakeOn } from './wake.ts'

const made = (namespace: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace, uid: `${namespace}-1`, resourceVersion },
})

test('a change wakes, also one that came before the wait', async (t) => {
  const feed = cacheOf(configMap)
  const wake = wakeOn([feed.cache], 'demo')
  t.after(() => wake.close())
  const waiting = wake.next(60_000)
  feed.put(made('demo', '1'))
  await waiting
  feed.put(made('demo', '2'))
  await wake.next(60_000)
})

test('changes of other namespaces do not; the time and the signal end a wait', async (t) => {
  const feed = cacheOf(configMap)
  const wake = wakeOn([feed.cache], 'demo')
  t.after(() => wake.close())
  feed.put(made('other', '1'))
  const began = performance.now()
  await wake.next(30)
  assert.ok(performance.now() - began >= 25)
  const ended = new AbortController()
  const waiting = wake.next(60_000, ended.signal)
  ended.abort()
  await waiting
  await wake.next(60_000, ended.signal)
})
