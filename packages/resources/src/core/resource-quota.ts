import type { V1ResourceQuota } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { canonicalise, child } from '../fill.ts'
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
  defaults: (one) => {
    child(one, 'spec')
    canonicalise(one.spec.hard)
    canonicalise(one.status?.hard)
    canonicalise(one.status?.used)
  },
})
