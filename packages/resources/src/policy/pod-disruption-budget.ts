import type { V1PodDisruptionBudget } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { budgetProblems } from './budget-validation.ts'

export type PodDisruptionBudget = BuiltIn<V1PodDisruptionBudget>

export const podDisruptionBudget = defineResource<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Min Available', value: (one) => String(one.spec.minAvailable ?? 'N/A') },
    { name: 'Max Unavailable', value: (one) => String(one.spec.maxUnavailable ?? 'N/A') },
    { name: 'Allowed Disruptions', type: 'integer', value: (one) => one.status?.disruptionsAllowed ?? 0 },
    age,
  ],
  defaults: ensureSpec,
  validate: (one) => [...budgetProblems(one)],
})
