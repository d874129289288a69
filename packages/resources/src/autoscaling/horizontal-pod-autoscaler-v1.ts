import type { V1HorizontalPodAutoscaler } from '@kubernetes/client-node'
import { type Definition, defineResource } from '../define.ts'
import { child, fill } from '../fill.ts'
import type { BuiltIn, KubeObject } from '../meta.ts'
import { decodeAutoscaler, encodeAutoscaler } from './autoscaler-conversion.ts'
import { type HorizontalPodAutoscaler, horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

/** The old view of an autoscaler: one cpu target; everything newer hides in annotations. Stored as v2. */
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
  defaults: (one) => void fill(child(one, 'spec'), { minReplicas: 1 }),
  validate: (one, old) => horizontalPodAutoscaler.validate(encodeAutoscaler(one), old && encodeAutoscaler(old)),
  columns: horizontalPodAutoscaler.columns.map((column) => ({
    ...column,
    value: (one, now) => column.value(encodeAutoscaler(one), now),
  })),
  storedAs: {
    definition: horizontalPodAutoscaler as unknown as Definition,
    encode: encodeAutoscaler,
    decode: (stored: KubeObject) => decodeAutoscaler(stored as HorizontalPodAutoscaler),
  },
})
