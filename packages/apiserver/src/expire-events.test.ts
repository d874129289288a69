import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '@sampan/store/memory'
import { putObject } from './encode.ts'
import { removeOld } from './expire-events.ts'

const now = new Date('2026-01-01T12:00:00Z')

test('events go an hour after they were last written', async () => {
  const store = memoryStore()
  const put = (name: string, more: object) => {
    const metadata = { name, creationTimestamp: '2026-01-01T10:00:00Z' }
    return putObject(store, `/core/events/default/${name}`, { apiVersion: 'v1', kind: 'Event', metadata, ...more }, 0)
  }
  await put('old', {})
  await put('repeated', { lastTimestamp: '2026-01-01T11:30:00Z' })
  await put('series', { series: { lastObservedTime: '2026-01-01T11:59:00.000000Z' } })
  await put('broken', { lastTimestamp: 'yesterday' })
  assert.equal(await removeOld({ store, now: () => now }), 2)
  assert.deepEqual(
    store.list('/core/events/').entries.map(({ key }) => key.split('/').at(-1)),
    ['repeated', 'series'],
  )
  await store.close()
})
