import type { V1PersistentVolumeClaim } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { canonicalise, child, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { claimProblems } from './claim-validation.ts'
import { defaultClaimSpec } from './persistent-volume-claim-defaults.ts'
import { claimColumns } from './volume-columns.ts'

export type PersistentVolumeClaim = BuiltIn<V1PersistentVolumeClaim>

export const persistentVolumeClaim = defineResource<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => {
    defaultClaimSpec(child(one, 'spec'))
    fillPlain(child(one, 'status'), { phase: 'Pending' })
    canonicalise(one.status?.capacity)
  },
  columns: claimColumns,
  validate: (one, old, subresource) => [...claimProblems(one, old, subresource)],
})
