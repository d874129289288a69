import type { V1CronJob } from '@kubernetes/client-node'
import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { defineResource } from '../define.ts'
import { child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { cronJobColumns } from './job-columns.ts'
import { cronJobProblems } from './job-validation.ts'

export type CronJob = BuiltIn<V1CronJob>

export const cronJob = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    const spec = child(one, 'spec')
    fillPlain(spec, { concurrencyPolicy: 'Allow' })
    fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
    defaultPodTemplate(spec.jobTemplate?.spec?.template)
  },
  columns: cronJobColumns,
  validate: (one, old, subresource) => [...cronJobProblems(one, old, subresource)],
})
