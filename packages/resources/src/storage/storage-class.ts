import type { V1StorageClass } from '@kubernetes/client-node'
import { immutable, needed, oneOf, optionalOneOf } from '../check.ts'
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
  validate: (one, old) => [
    ...needed('provisioner', one.provisioner),
    ...optionalOneOf('reclaimPolicy', one.reclaimPolicy, ['Delete', 'Retain']),
    ...oneOf('volumeBindingMode', one.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ...(old
      ? [
          ...immutable('parameters', one.parameters, old.parameters),
          ...immutable('provisioner', one.provisioner, old.provisioner),
          ...immutable('reclaimPolicy', one.reclaimPolicy, old.reclaimPolicy),
          ...immutable('volumeBindingMode', one.volumeBindingMode, old.volumeBindingMode),
        ]
      : []),
  ],
  displayName: (one) => `${one.metadata.name}${isDefaultClass(one) ? ' (default)' : ''}`,
})

/** Claims that name no class get this one. */
export const isDefaultClass = ({ metadata }: StorageClass) =>
  metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
  metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
