import type { V1Namespace } from '@kubernetes/client-node'
import { qualifiedNameProblems } from '@sampan/kit/names'
import type { Problems } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { invalidValue } from '../problem.ts'

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
  validate: ({ spec }) => [...finalizersProblems(spec.finalizers ?? [])],
  columns: [{ name: 'Status', value: (one) => one.status?.phase }, age],
})

function* finalizersProblems(finalizers: readonly string[]): Problems {
  for (const one of finalizers) {
    for (const why of qualifiedNameProblems(one)) yield invalidValue('spec.finalizers', one, why)
    if (!one.includes('/') && !['foregroundDeletion', 'kubernetes', 'orphan'].includes(one))
      yield invalidValue('spec.finalizers', one, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}
