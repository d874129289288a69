import type { V1Job } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
