import type { V1PodDisruptionBudget } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
