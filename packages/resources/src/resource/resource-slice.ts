import type { V1ResourceSlice } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { sliceProblems } from './device-validation.ts'

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
  columns: [
    { name: 'Node', value: ({ spec }) => spec.nodeName ?? (spec.allNodes ? '<all>' : '<none>') },
    { name: 'Driver', value: (one) => one.spec.driver },
    { name: 'Pool', value: (one) => one.spec.pool?.name },
    age,
  ],
  defaults: ensureSpec,
  validate: (one, old) => [...sliceProblems(one, old)],
})
