import type { V1CustomResourceDefinition } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type CustomResourceDefinition = BuiltIn<V1CustomResourceDefinition>

export const customResourceDefinition = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
})
