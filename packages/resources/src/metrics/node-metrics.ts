import { defineResource } from '../define.ts'
import type { KubeObject } from '../meta.ts'
import { measuredWhen, type Usage, usageSchema } from './pod-metrics.ts'

export interface NodeMetrics extends KubeObject {
  timestamp: string
  window: string
  usage: Usage
}

export const nodeMetrics = defineResource<NodeMetrics>({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'NodeMetrics',
  plural: 'nodes',
  singular: 'node',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  verbs: ['get', 'list'],
  schema: {
    type: 'object',
    description: 'NodeMetrics is what a node uses.',
    properties: { ...measuredWhen, usage: usageSchema },
  },
})
