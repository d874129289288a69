import type { V1PriorityClass } from '@kubernetes/client-node'
import { age } from '../columns.ts'
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
  columns: [
    { name: 'Value', type: 'integer', value: (one) => one.value },
    { name: 'Global-Default', type: 'boolean', value: (one) => one.globalDefault ?? false },
    age,
    { name: 'PreemptionPolicy', value: (one) => one.preemptionPolicy },
  ],
})
