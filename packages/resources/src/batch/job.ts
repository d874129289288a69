import type { V1Job } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { jobColumns } from './job-columns.ts'
import { defaultJobSpec } from './job-defaults.ts'
import { identifyJob } from './job-identity.ts'
import { jobProblems } from './job-validation.ts'

export type Job = BuiltIn<V1Job>

export const job = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  orphansByDefault: true,
  fields: { 'status.successful': (one) => String(one.status?.succeeded ?? 0) },
  defaults: (one) => {
    defaultJobSpec(child(one, 'spec'))
    const labels = one.spec.template?.metadata?.labels
    if (labels && Object.keys(labels).length > 0 && Object.keys(one.metadata.labels ?? {}).length === 0)
      one.metadata.labels = { ...labels }
  },
  onCreate: identifyJob,
  columns: jobColumns,
  validate: (one, old, subresource) => [...jobProblems(one, old, subresource)],
})
