import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from './pod.ts'
import { defaultPodSpec } from './pod-defaults.ts'

for (const [given, wanted] of [
  [undefined, 30],
  [0, 0],
  [-1, 1],
  [5, 5],
] as const)
  test(`a pod that wants ${given} seconds to end gets ${wanted}`, () => {
    const spec = { containers: [], terminationGracePeriodSeconds: given } as unknown as Pod['spec']
    defaultPodSpec(spec)
    assert.equal(spec.terminationGracePeriodSeconds, wanted)
  })
