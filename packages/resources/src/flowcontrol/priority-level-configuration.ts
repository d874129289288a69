import type { V1PriorityLevelConfiguration } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type PriorityLevelConfiguration = BuiltIn<V1PriorityLevelConfiguration>

export const priorityLevelConfiguration = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
})
