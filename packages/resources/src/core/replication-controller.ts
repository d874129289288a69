import type { V1ReplicationController } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ReplicationController = BuiltIn<V1ReplicationController>

export const replicationController = defineResource<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  orphansByDefault: true,
  scale: {
    replicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: (one) => ({ matchLabels: one.spec.selector ?? {} }),
  },
  fields: { 'status.replicas': (one) => String(one.status?.replicas ?? 0) },
})
