import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cgroups, valuesV1, valuesV2, weightOf } from './cgroups.ts'

const text = (values: ReturnType<typeof valuesV1>) => values.map(({ file, value }) => `${file}=${value}`)

test('cgroup v1 values, limited and not', () => {
  assert.deepEqual(text(valuesV1({ cpuShares: 512, cpuQuota: 50_000, memory: 1000, pids: 64 })), [
    'cpu.shares=512',
    'cpu.cfs_period_us=100000',
    'cpu.cfs_quota_us=50000',
    'memory.limit_in_bytes=1000',
    'pids.max=64',
  ])
  assert.deepEqual(text(valuesV1({ cpuShares: 2, pids: 64 })).slice(2, 4), [
    'cpu.cfs_quota_us=-1',
    'memory.limit_in_bytes=-1',
  ])
})

test('cgroup v2 values, limited and not', () => {
  assert.deepEqual(text(valuesV2({ cpuShares: 1024, cpuQuota: 50_000, memory: 1000, pids: 64 })), [
    'cpu.weight=39',
    'cpu.max=50000 100000',
    'memory.max=1000',
    'pids.max=64',
  ])
  assert.deepEqual(text(valuesV2({ cpuShares: 2, pids: 64 })), [
    'cpu.weight=1',
    'cpu.max=max 100000',
    'memory.max=max',
    'pids.max=64',
  ])
})

for (const [shares, weight] of [
  [2, 1],
  [1024, 39],
  [262_144, 10_000],
  [999_999, 10_000],
] as const)
  test(`${shares} shares weigh ${weight}`, () => assert.equal(weightOf(shares), weight))

test('a pod’s cgroup lies under the root of the instance', () => {
  assert.equal(cgroups('v1', '/sampan/default').parentOf('u1'), '/sampan/default/podu1')
})
