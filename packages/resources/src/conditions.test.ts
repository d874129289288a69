import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionOf, isTrue, microTime, rfc3339, withCondition, withoutCondition } from './conditions.ts'
import type { Condition } from './meta.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' }

test('a condition is found by its type', () => {
  const object = { status: { conditions: [ready] } }
  assert.equal(conditionOf(object, 'Ready'), ready)
  assert.equal(conditionOf({}, 'Ready'), undefined)
  assert.equal(isTrue(object, 'Ready'), true)
  assert.equal(isTrue(object, 'Other'), false)
})

const cases = [
  { name: 'is added', before: undefined, status: 'True' as const, want: '2026-01-02T03:04:05Z' },
  {
    name: 'keeps its time while its status stays',
    before: [ready],
    status: 'True' as const,
    want: ready.lastTransitionTime,
  },
  {
    name: 'gets a new time when its status flips',
    before: [ready],
    status: 'False' as const,
    want: '2026-01-02T03:04:05Z',
  },
]
for (const { name, before, status, want } of cases)
  test(`a condition ${name}`, () => {
    assert.deepEqual(withCondition(before, { type: 'Ready', status, reason: 'Why' }, now), [
      { type: 'Ready', status, reason: 'Why', lastTransitionTime: want },
    ])
  })

test('other conditions stay where they are', () => {
  const other: Condition = { type: 'Other', status: 'False' }
  const list = [ready, other]
  assert.deepEqual(withCondition(list, { type: 'Ready', status: 'True' }, now), [ready, other])
  assert.deepEqual(withoutCondition(list, 'Ready'), [other])
  assert.equal(list.length, 2)
})

test('times', () => {
  assert.equal(rfc3339(now), '2026-01-02T03:04:05Z')
  assert.equal(microTime(now), '2026-01-02T03:04:05.678000Z')
})
