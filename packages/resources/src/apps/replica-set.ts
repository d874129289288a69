import type { V1ReplicaSet } from '@kubernetes/client-node'
import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { defineResource } from '../define.ts'
import { child, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { replicaSetColumns } from './workload-columns.ts'
import { replicaSetProblems } from './workload-validation.ts'

export type ReplicaSet = BuiltIn<V1ReplicaSet>

export const replicaSet = defineResource<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  scale: {
    replicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: (one) => one.spec.selector,
  },
  fields: { 'status.replicas': (one) => String(one.status?.replicas ?? 0) },
  defaults: (one) => {
    fill(child(one, 'spec'), { replicas: 1 })
    defaultPodTemplate(one.spec.template)
  },
  columns: replicaSetColumns,
  validate: (one, old) => [...replicaSetProblems(one, old)],
})
