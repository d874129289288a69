import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, verdictOf } from './condition.ts'

const cases = [
  { type: 'Ready', status: 'True', want: 'good' },
  { type: 'Ready', status: 'False', want: 'bad' },
  { type: 'MemoryPressure', status: 'False', want: 'good' },
  { type: 'DiskPressure', status: 'True', want: 'bad' },
  { type: 'ReplicaFailure', status: 'True', want: 'bad' },
  { type: 'Available', status: 'Unknown', want: 'open' },
]
for (const { want, ...one } of cases)
  test(`condition ${one.type}=${one.status} is ${want}`, () => assert.equal(verdictOf(one), want))

for (const status of [undefined, null, {}, { conditions: 'x' }, { conditions: [null, 3] }])
  test(`no conditions in ${JSON.stringify(status)}`, () =>
    assert.deepEqual(conditionsOf({ metadata: { name: 'x' }, status } as never), []))
