import type { V1Node } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { canonicalise, child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { nodeColumns } from './node-columns.ts'
import { nodeProblems } from './node-validation.ts'

export type Node = BuiltIn<V1Node>

export const node = defineResource<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  keepsStatusOnCreate: true,
  fields: { 'spec.unschedulable': (one) => String(one.spec.unschedulable ?? false) },
  defaults: (one) => {
    child(one, 'spec')
    const status = child(one, 'status')
    status.allocatable ??= status.capacity && { ...status.capacity }
    canonicalise(status.capacity)
    canonicalise(status.allocatable)
  },
  columns: nodeColumns,
  validate: (one, old) => [...nodeProblems(one, old)],
})
