import type { V1HorizontalPodAutoscaler } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type HorizontalPodAutoscalerV1 = BuiltIn<V1HorizontalPodAutoscaler>

export const horizontalPodAutoscalerV1 = defineResource<HorizontalPodAutoscalerV1>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
})
