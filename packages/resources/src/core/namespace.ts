import type { V1Namespace } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fillPlain } from '../fill.ts'
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
  defaults: (one) => {
    // Label and finalizer are what selectors and the orderly end of a namespace rely on.
    if (one.metadata.name) child(one.metadata, 'labels')['kubernetes.io/metadata.name'] = one.metadata.name
    child(one, 'spec')
    if (!one.metadata.deletionTimestamp && !one.spec.finalizers?.includes('kubernetes'))
      one.spec.finalizers = [...(one.spec.finalizers ?? []), 'kubernetes']
    fillPlain(child(one, 'status'), { phase: 'Active' })
  },
  columns: [{ name: 'Status', value: (one) => one.status?.phase }, age],
})
