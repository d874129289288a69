import type { V1PriorityClass } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'

export type PriorityClass = BuiltIn<V1PriorityClass>

export const priorityClass = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => void fill(one, { preemptionPolicy: 'PreemptLowerPriority' }),
})
