import type { V1CSINode } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { csiNodeProblems } from './csi-validation.ts'

export type CsiNode = BuiltIn<V1CSINode>

export const csiNode = defineResource<CsiNode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  columns: [{ name: 'Drivers', type: 'integer', value: (one) => one.spec.drivers?.length ?? 0 }, age],
  defaults: ensureSpec,
  validate: (one, old) => [...csiNodeProblems(one, old)],
})
