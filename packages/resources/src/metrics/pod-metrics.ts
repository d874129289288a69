import { defineResource, type Schema } from '../define.ts'
import type { KubeObject } from '../meta.ts'

export interface Usage {
  /** Cores, as a quantity: `12m`. */
  cpu: string
  /** Bytes, as a quantity. */
  memory: string
}

/** What both kinds say of when and over how long was measured. */
export const measuredWhen: Record<string, Schema> = {
  timestamp: { type: 'string', format: 'date-time', description: 'When the window ended.' },
  window: { type: 'string', description: 'How long was measured, as a duration: 30s.' },
}
export const usageSchema: Schema = {
  type: 'object',
  description: 'Quantities by resource: cpu in cores, memory in bytes.',
  additionalProperties: { type: 'string' },
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
  schema: {
    type: 'object',
    description: 'PodMetrics is what the containers of a pod use.',
    properties: {
      ...measuredWhen,
      containers: {
        type: 'array',
        description: 'What each container uses.',
        items: { type: 'object', properties: { name: { type: 'string' }, usage: usageSchema } },
      },
    },
  },
})
