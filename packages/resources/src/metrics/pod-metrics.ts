import { defineResource } from '../define.ts'
import type { KubeObject } from '../meta.ts'

export interface Usage {
  /** Cores, as a quantity: `12m`. */
  cpu: string
  /** Bytes, as a quantity. */
  memory: string
}

export interface PodMetrics extends KubeObject {
  timestamp: string
  /** The time CPU was measured over, as a Go duration. */
  window: string
  containers: { name: string; usage: Usage }[]
}

export const podMetrics = defineResource<PodMetrics>({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: 'pod',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  verbs: ['get', 'list'],
})
