import type { V1ValidatingAdmissionPolicyBinding } from '@kubernetes/client-node'
import { age, selectorCell } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { policyBindingProblems } from './policy-validation.ts'
import { defaultMatch } from './webhook-defaults.ts'

export type ValidatingAdmissionPolicyBinding = BuiltIn<V1ValidatingAdmissionPolicyBinding>

export const validatingAdmissionPolicyBinding = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    if (one.spec?.matchResources) defaultMatch(one.spec.matchResources)
  },
  columns: [
    { name: 'PolicyName', value: (one) => one.spec?.policyName },
    {
      name: 'ParamRef',
      value: ({ spec }) => {
        const reference = spec?.paramRef
        if (!reference) return '<unset>'
        if (reference.name)
          return reference.namespace ? `${reference.namespace}/${reference.name}` : `*/${reference.name}`
        return selectorCell(reference.selector)
      },
    },
    age,
  ],
  validate: (one) => [...policyBindingProblems(one, true)],
})
