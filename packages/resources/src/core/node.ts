import type { V1Node } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
