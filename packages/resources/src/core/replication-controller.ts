import type { V1ReplicationController } from '@kubernetes/client-node'
import { replicationControllerProblems } from '../apps/workload-validation.ts'
import { age, containerColumns, labelsText } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultPodTemplate } from './pod-defaults.ts'

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
  defaults: (one) => {
    fill(child(one, 'spec'), { replicas: 1 })
    const labels = one.spec.template?.metadata?.labels
    if (labels && Object.keys(labels).length > 0) {
      if (Object.keys(one.spec.selector ?? {}).length === 0) one.spec.selector = { ...labels }
      if (Object.keys(one.metadata.labels ?? {}).length === 0) one.metadata.labels = { ...labels }
    }
    defaultPodTemplate(one.spec.template)
  },
  columns: [
    { name: 'Desired', type: 'integer', value: (one) => one.spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', value: (one) => one.status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', value: (one) => one.status?.readyReplicas ?? 0 },
    age,
    ...containerColumns<ReplicationController>((one) => one.spec.template),
    { name: 'Selector', wide: true, value: (one) => labelsText(one.spec.selector) },
  ],
  validate: (one, old) => [...replicationControllerProblems(one, old)],
})
