import type { V1Namespace } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type Namespace = BuiltIn<V1Namespace>

export const namespace = defineResource<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
  fields: { 'status.phase': (one) => one.status?.phase ?? '' },
})
