import type { V1ResourceQuota } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ResourceQuota = BuiltIn<V1ResourceQuota>

export const resourceQuota = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
})
