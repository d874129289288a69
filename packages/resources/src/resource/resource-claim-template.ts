import type { V1ResourceClaimTemplate } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultClaimDevices } from './claim-defaults.ts'
import { claimTemplateProblems } from './device-validation.ts'

export type ResourceClaimTemplate = BuiltIn<V1ResourceClaimTemplate>

export const resourceClaimTemplate = defineResource<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => defaultClaimDevices(one.spec?.spec),
  columns: [age],
  validate: (one, old) => [...claimTemplateProblems(one, old)],
})
