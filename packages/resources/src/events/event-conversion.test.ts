import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event as CoreEvent } from '../core/event.ts'
import { event } from './event.ts'
import { decodeEvent, encodeEvent } from './event-conversion.ts'

const stored: CoreEvent = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
  reason: 'Started',
  message: 'Started container',
  source: { component: 'node', host: 'here' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:01Z',
  count: 2,
  type: 'Normal',
  reportingComponent: 'node',
  reportingInstance: 'here',
}

test('an event keeps everything under its newer names', () => {
  const newer = decodeEvent(stored)
  assert.equal(newer.apiVersion, 'events.k8s.io/v1')
  assert.equal(newer.note, stored.message)
  assert.equal(newer.regarding?.name, 'web')
  assert.equal(newer.deprecatedCount, 2)
  assert.equal(newer.reportingController, 'node')
  assert.ok(!('message' in newer) && !('involvedObject' in newer))
  assert.deepEqual(encodeEvent(newer), stored)
})

test('a new-style event stores no empty old fields', () => {
  const core = encodeEvent({ metadata: { name: 'a' }, eventTime: '2026-01-01T00:00:00.000000Z', note: 'x' })
  assert.deepEqual(core, {
    apiVersion: 'v1',
    metadata: { name: 'a' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    involvedObject: {},
    message: 'x',
  })
})

test('both select by the same fields', () => {
  assert.equal(event.fields['regarding.name']!(decodeEvent(stored)), 'web')
  assert.equal(event.fields.reportingController!(decodeEvent(stored)), 'node')
})
