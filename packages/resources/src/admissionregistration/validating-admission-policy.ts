import type { V1ValidatingAdmissionPolicy } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { validatingPolicyProblems } from './policy-validation.ts'
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
  columns: [
    { name: 'Validations', type: 'integer', value: (one) => one.spec?.validations?.length ?? 0 },
    {
      name: 'ParamKind',
      value: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>'),
    },
    age,
  ],
  validate: (one) => [...validatingPolicyProblems(one)],
})
