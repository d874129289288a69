import type { V1CSIStorageCapacity } from '@kubernetes/client-node'
import { createdAt } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { csiCapacityProblems } from './csi-validation.ts'

export type CsiStorageCapacity = BuiltIn<V1CSIStorageCapacity>

export const csiStorageCapacity = defineResource<CsiStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  columns: [createdAt],
  validate: (one, old) => [...csiCapacityProblems(one, old)],
})
