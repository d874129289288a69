import type { V1ResourceSlice } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ResourceSlice = BuiltIn<V1ResourceSlice>

export const resourceSlice = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  answersDeleted: true,
})
