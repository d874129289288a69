import type { V1VolumeAttributesClass } from '@kubernetes/client-node'
import { immutable, needed } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type VolumeAttributesClass = BuiltIn<V1VolumeAttributesClass>

export const volumeAttributesClass = defineResource<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  columns: [{ name: 'DriverName', value: (one) => one.driverName }, age],
  validate: (one, old) => [
    ...needed('driverName', one.driverName),
    ...(old
      ? [
          ...immutable('driverName', one.driverName, old.driverName),
          ...immutable('parameters', one.parameters, old.parameters),
        ]
      : []),
  ],
})
