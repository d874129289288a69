import type { V1ValidatingAdmissionPolicy } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultPolicy } from './webhook-defaults.ts'

export type ValidatingAdmissionPolicy = BuiltIn<V1ValidatingAdmissionPolicy>

export const validatingAdmissionPolicy = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    child(one, 'spec')
    defaultPolicy(one.spec)
  },
})
