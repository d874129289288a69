import type { V1SelfSubjectAccessReview } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type SelfSubjectAccessReview = BuiltIn<V1SelfSubjectAccessReview>

export const selfSubjectAccessReview = defineResource<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
