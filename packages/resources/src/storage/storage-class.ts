import type { V1StorageClass } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'

export type StorageClass = BuiltIn<V1StorageClass>

export const storageClass = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => void fill(one, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
})
