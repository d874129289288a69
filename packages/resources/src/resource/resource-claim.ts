import type { ResourceV1ResourceClaim } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultClaimDevices } from './claim-defaults.ts'
import { claimProblems } from './device-validation.ts'

export type ResourceClaim = BuiltIn<ResourceV1ResourceClaim>

export const resourceClaim = defineResource<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => defaultClaimDevices(one.spec),
  columns: [
    {
      name: 'State',
      value: ({ metadata, status }) =>
        [
          ...(metadata.deletionTimestamp ? ['deleted'] : []),
          ...(status?.allocation ? ['allocated'] : metadata.deletionTimestamp ? [] : ['pending']),
          ...(status?.reservedFor?.length ? ['reserved'] : []),
        ].join(','),
    },
    age,
  ],
  validate: (one, old) => [...claimProblems(one, old)],
})
