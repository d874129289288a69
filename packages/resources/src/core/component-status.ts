import type { V1ComponentStatus } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ComponentStatus = BuiltIn<V1ComponentStatus>

export const componentStatus = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  verbs: ['get', 'list'],
  hasStatus: false,
  hasGeneration: false,
})
