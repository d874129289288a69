import type { V1PersistentVolume } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type PersistentVolume = BuiltIn<V1PersistentVolume>

export const persistentVolume = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
})
