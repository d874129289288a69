import type { V1PersistentVolume } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { canonicalise, child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { volumeObjectProblems } from './claim-validation.ts'
import { volumeColumns } from './volume-columns.ts'
import { defaultStorage } from './volume-defaults.ts'

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
  defaults: (one) => {
    fillPlain(child(one, 'spec'), { persistentVolumeReclaimPolicy: 'Retain' })
    fill(one.spec, { volumeMode: 'Filesystem' })
    canonicalise(one.spec.capacity)
    if (one.spec.hostPath) fill(one.spec.hostPath, { type: '' })
    defaultStorage(one.spec)
    fillPlain(child(one, 'status'), { phase: 'Pending' })
  },
  columns: volumeColumns,
  validate: (one, old) => [...volumeObjectProblems(one, old)],
})
