import type { V1SelfSubjectRulesReview } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type SelfSubjectRulesReview = BuiltIn<V1SelfSubjectRulesReview>

export const selfSubjectRulesReview = defineResource<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
