import type { V1MutatingAdmissionPolicy } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { mutatingPolicyProblems } from './policy-validation.ts'
import { defaultPolicy } from './webhook-defaults.ts'

export type MutatingAdmissionPolicy = BuiltIn<V1MutatingAdmissionPolicy>

export const mutatingAdmissionPolicy = defineResource<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    child(one, 'spec')
    defaultPolicy(one.spec)
    fillPlain(one.spec, { reinvocationPolicy: 'Never' })
  },
  columns: [
    { name: 'Mutations', type: 'integer', value: (one) => one.spec?.mutations?.length ?? 0 },
    {
      name: 'ParamKind',
      value: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>'),
    },
    age,
  ],
  validate: (one) => [...mutatingPolicyProblems(one)],
})
