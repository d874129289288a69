import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { autoscalerColumns } from './autoscaler-columns.ts'
import { defaultAutoscaler } from './autoscaler-defaults.ts'
import { autoscalerProblems } from './autoscaler-validation.ts'

export type HorizontalPodAutoscaler = BuiltIn<V2HorizontalPodAutoscaler>

export const horizontalPodAutoscaler = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  defaults: defaultAutoscaler,
  columns: autoscalerColumns,
  validate: (one) => [...autoscalerProblems(one)],
})
