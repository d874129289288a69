import { humanAge } from '@sampan/kit/durations'
import { age, boolText, containerColumns, selectorCell, since } from '../columns.ts'
import { isTrue } from '../conditions.ts'
import type { Column } from '../define.ts'
import type { CronJob } from './cron-job.ts'
import type { Job } from './job.ts'

function statusText(one: Job): string {
  if (isTrue(one, 'Complete')) return 'Complete'
  if (isTrue(one, 'Failed')) return 'Failed'
  if (one.metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => isTrue(one, type)) ?? 'Running'
}

function completionsText({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${done}/${spec.completions}`
  const parallelism = spec.parallelism ?? 0
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function durationText({ status }: Job, now: Date): string {
  if (!status?.startTime) return ''
  const end = status.completionTime ? Date.parse(status.completionTime) : now.getTime()
  return humanAge(end - Date.parse(status.startTime))
}

export const jobColumns: readonly Column<Job>[] = [
  { name: 'Status', value: statusText },
  { name: 'Completions', value: completionsText },
  { name: 'Duration', value: durationText },
  age,
  ...containerColumns<Job>((one) => one.spec.template),
  { name: 'Selector', wide: true, value: (one) => selectorCell(one.spec.selector) },
]

export const cronJobColumns: readonly Column<CronJob>[] = [
  { name: 'Schedule', value: (one) => one.spec.schedule },
  { name: 'Timezone', value: (one) => one.spec.timeZone ?? '<none>' },
  { name: 'Suspend', type: 'boolean', value: (one) => boolText(one.spec.suspend) },
  { name: 'Active', type: 'integer', value: (one) => one.status?.active?.length ?? 0 },
  {
    name: 'Last Schedule',
    value: (one, now) => (one.status?.lastScheduleTime ? since(one.status.lastScheduleTime, now) : '<none>'),
  },
  age,
  ...containerColumns<CronJob>((one) => one.spec.jobTemplate?.spec?.template),
  { name: 'Selector', wide: true, value: (one) => selectorCell(one.spec.jobTemplate?.spec?.selector) },
]
