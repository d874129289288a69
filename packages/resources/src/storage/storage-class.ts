import type { V1StorageClass } from '@kubernetes/client-node'
import { age } from '../columns.ts'
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
  columns: [
    { name: 'Provisioner', value: (one) => one.provisioner },
    { name: 'ReclaimPolicy', value: (one) => one.reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', value: (one) => one.volumeBindingMode ?? '<unset>' },
    { name: 'AllowVolumeExpansion', value: (one) => one.allowVolumeExpansion ?? false },
    age,
  ],
})
