import type { V1LocalSubjectAccessReview } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type LocalSubjectAccessReview = BuiltIn<V1LocalSubjectAccessReview>

export const localSubjectAccessReview = defineResource<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
