import type { V1SubjectAccessReview } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type SubjectAccessReview = BuiltIn<V1SubjectAccessReview>

export const subjectAccessReview = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
