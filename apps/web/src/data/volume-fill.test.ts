import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillsFrom } from './volume-fill.ts'

test('how full claims are comes from the volumes of pods; what is not of a claim or not measured is left out', () => {
  const fills = fillsFrom([
    {
      pods: [
        {
          volume: [
            { pvcRef: { name: 'data', namespace: 'shop' }, usedBytes: 20, capacityBytes: 100 },
            { usedBytes: 1, capacityBytes: 2 },
            { pvcRef: { name: 'new', namespace: 'shop' } },
          ],
        },
        {},
      ],
    },
    {},
  ])
  assert.deepEqual([...fills], [['shop/data', { used: 20, all: 100 }]])
})
