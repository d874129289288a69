import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClusterEvent, grouped } from './events.ts'

const event = (name: string, at: string, rest: Partial<ClusterEvent> = {}): ClusterEvent => ({
  metadata: { name, namespace: 'shop' },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  type: 'Warning',
  reason: 'BackOff',
  message: name,
  lastTimestamp: at,
  ...rest,
})

test('events about one object for one reason are one line, with the newest words and all counts', () => {
  const lines = grouped([
    event('newer', '2026-01-01T00:02:00Z', { count: 3 }),
    event('older', '2026-01-01T00:01:00Z', { count: 2 }),
    event('other', '2026-01-01T00:03:00Z', { reason: 'Pulled', type: 'Normal' }),
  ])
  assert.deepEqual(
    lines.map(({ reason, message, count }) => ({ reason, message, count })),
    [
      { reason: 'Pulled', message: 'other', count: 1 },
      { reason: 'BackOff', message: 'newer', count: 5 },
    ],
  )
})

const times = [
  { name: 'a series', event: { series: { count: 7, lastObservedTime: '2026-05-01T00:00:00Z' }, lastTimestamp: null } },
  { name: 'an event time', event: { eventTime: '2026-05-01T00:00:00Z', lastTimestamp: null } },
]
for (const { name, event: rest } of times) {
  test(`events with ${name} have a time`, () =>
    assert.equal(grouped([event('x', '', rest as Partial<ClusterEvent>)])[0]!.time, '2026-05-01T00:00:00Z'))
}
