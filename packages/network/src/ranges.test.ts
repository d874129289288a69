import assert from 'node:assert/strict'
import { test } from 'node:test'
import { disjointRanges } from './ranges.ts'

for (const [given, want] of [
  [['10.0.0.0/8'], ['10.0.0.0/8']],
  [['10.1.2.3/8'], ['10.0.0.0/8']],
  [
    ['10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8'],
    ['10.0.0.0/8', '11.0.0.0/8'],
  ],
  [['10.1.0.0/16', '10.0.0.0/8'], ['10.0.0.0/8']],
  [['10.0.0.0/8', ' 10.0.0.0/8'], ['10.0.0.0/8']],
  [['0.0.0.0/0', '10.0.0.0/8'], ['0.0.0.0/0']],
  [['nonsense', '::/0', '10.0.0.1', '192.0.2.1/32'], ['192.0.2.1/32']],
] as const)
  test(`ranges for nft: ${given.join(' ')}`, () => assert.deepEqual(disjointRanges(given), want))
