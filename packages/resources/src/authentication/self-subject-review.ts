import type { V1SelfSubjectReview } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type SelfSubjectReview = BuiltIn<V1SelfSubjectReview>

export const selfSubjectReview = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
