import { type Controller, controller, watch } from '@sampan/control/controller'
import { again, create, event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { type CronJob, cronJob } from '@sampan/resources/batch/cron-job'
import { type Job, job } from '@sampan/resources/batch/job'
import { conditionOf, isTrue, rfc3339 } from '@sampan/resources/conditions'
import { ownerReference } from '@sampan/resources/owners'
import { isFinished } from './job.ts'
import { type Schedule, scheduleFrom } from './schedule.ts'

const scheduledKey = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const tooMany = 100

/** Starts a Job whenever one is due; of several missed times only the latest. */
export function reconcileCronJob(one: CronJob, jobs: readonly Job[], now: Date): Plan {
  if (one.metadata.deletionTimestamp) return []
  const active = jobs.filter((each) => !isFinished(each))
  const steps = [...finishedSaid(one, jobs), ...missingSaid(one, jobs), ...surplus(one, jobs)]
  const base = statusOf(one, jobs, active)
  const done = (...more: Step[]): Plan => [...steps, ...more, status(cronJob, one, base)]
  if (one.spec.suspend) return done()
  let schedule: Schedule
  try {
    schedule = scheduleFrom(one.spec.schedule, one.spec.timeZone ?? undefined)
  } catch (error) {
    return done(
      event(
        one,
        'Warning',
        'UnparseableSchedule',
        `unparseable schedule ${JSON.stringify(one.spec.schedule)}: ${(error as Error).message}`,
      ),
    )
  }
  const next = schedule.next(now)
  const later = next ? [again(next.getTime() - now.getTime() + 100)] : []
  const due = dueAt(one, schedule, now)
  if (due.count > tooMany)
    steps.push(
      event(
        one,
        'Warning',
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      ),
    )
  if (!due.time) return done(...later)
  const deadline = one.spec.startingDeadlineSeconds
  if (deadline !== undefined && due.time.getTime() + deadline * 1000 < now.getTime())
    return done(
      event(one, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${due.time.toUTCString()}`),
      ...later,
    )
  const name = jobName(one, due.time)
  if (jobs.some(({ metadata }) => metadata.name === name))
    return [
      ...done(...later).slice(0, -1),
      status(cronJob, one, { ...base, lastScheduleTime: rfc3339(due.time) as never }),
    ]
  if (active.length > 0 && one.spec.concurrencyPolicy === 'Forbid')
    return done(
      event(
        one,
        'Normal',
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      ),
      ...later,
    )
  const replaced = one.spec.concurrencyPolicy === 'Replace' ? active : []
  return [
    ...steps,
    ...replaced.flatMap((each) => [
      remove(job, each, { propagation: 'Background' }),
      event(one, 'Normal', 'SuccessfulDelete', `Deleted job ${each.metadata.name}`),
    ]),
    create(job, jobFrom(one, name, due.time), {
      created: () => [event(one, 'Normal', 'SuccessfulCreate', `Created job ${name}`)],
      failed: ({ message }) => [event(one, 'Warning', 'FailedCreate', `Error creating job: ${message}`)],
    }),
    status(cronJob, one, {
      ...(replaced.length > 0 ? statusOf(one, jobs, []) : base),
      lastScheduleTime: rfc3339(due.time) as never,
    }),
    ...later,
  ]
}

const jobName = ({ metadata }: CronJob, time: Date) => `${metadata.name}-${Math.floor(time.getTime() / 60_000)}`

function dueAt(one: CronJob, schedule: Schedule, now: Date) {
  const since =
    Date.parse(String(one.status?.lastScheduleTime ?? one.metadata.creationTimestamp ?? '')) || now.getTime()
  const deadline = one.spec.startingDeadlineSeconds
  const earliest = deadline === undefined ? since : Math.max(since, now.getTime() - deadline * 1000)
  return schedule.latest(new Date(earliest), now, tooMany)
}

function jobFrom(one: CronJob, name: string, time: Date) {
  const { metadata, spec } = one.spec.jobTemplate
  return {
    metadata: {
      name,
      namespace: one.metadata.namespace,
      ...(metadata?.labels && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [scheduledKey]: rfc3339(time) },
      ownerReferences: [ownerReference(cronJob, one)],
    },
    spec,
  }
}

function statusOf(one: CronJob, jobs: readonly Job[], active: readonly Job[]): NonNullable<CronJob['status']> {
  const successes = jobs
    .filter((each) => isTrue(each, 'Complete'))
    .map(({ status: own }) => String(own?.completionTime ?? ''))
  const last = [String(one.status?.lastSuccessfulTime ?? ''), ...successes].toSorted().at(-1)
  return {
    ...one.status,
    active:
      active.length === 0
        ? undefined
        : active.map(({ metadata: { name, namespace, uid, resourceVersion: _ } }) => ({
            apiVersion: 'batch/v1',
            kind: 'Job',
            name,
            namespace,
            uid,
          })),
    ...(last && { lastSuccessfulTime: last as never }),
  }
}

const finishedSaid = (one: CronJob, jobs: readonly Job[]): Step[] =>
  jobs
    .filter((each) => isFinished(each) && one.status?.active?.some(({ uid }) => uid === each.metadata.uid))
    .map((each) =>
      event(
        one,
        'Normal',
        'SawCompletedJob',
        `Saw completed job: ${each.metadata.name}, condition: ${isTrue(each, 'Complete') ? 'Complete' : 'Failed'}`,
      ),
    )

/** Somebody else deleted a Job that ran; those replaced here have left the list before. */
const missingSaid = (one: CronJob, jobs: readonly Job[]): Step[] =>
  (one.status?.active ?? [])
    .filter(({ uid }) => !jobs.some(({ metadata }) => metadata.uid === uid))
    .map(({ name }) => event(one, 'Normal', 'MissingJob', `Active job went missing: ${name}`))

/** Finished Jobs beyond what is kept, oldest first. */
function surplus({ spec }: CronJob, jobs: readonly Job[]): Step[] {
  const old = (type: string, keep: number | undefined) => {
    if (keep === undefined) return []
    const finished = jobs.filter((each) => isTrue(each, type) && !each.metadata.deletionTimestamp)
    return finished
      .toSorted((a, b) => String(a.status?.startTime).localeCompare(String(b.status?.startTime)))
      .slice(0, Math.max(0, finished.length - keep))
  }
  return [...old('Complete', spec.successfulJobsHistoryLimit), ...old('Failed', spec.failedJobsHistoryLimit)].map(
    (each) => remove(job, each, { propagation: 'Background' }),
  )
}

export const cronJobs: Controller = controller<CronJob>({
  name: 'cron-job',
  component: 'cronjob-controller',
  kind: cronJob,
  watches: [watch(job, 'owner')],
  reconcile: (one, snapshot) => reconcileCronJob(one, snapshot.owned(job, one), snapshot.now),
})

/** Finished Jobs go when their time has come. */
export function expireJob(one: Job, now: Date): Plan {
  const seconds = one.spec.ttlSecondsAfterFinished
  if (seconds === undefined || one.metadata.deletionTimestamp || !isFinished(one)) return []
  const finished = ['Complete', 'Failed'].map((type) => conditionOf(one, type)).find((each) => each?.status === 'True')
  const left = Date.parse(String(finished?.lastTransitionTime ?? '')) + seconds * 1000 - now.getTime()
  return left > 0 ? [again(left)] : [remove(job, one, { propagation: 'Foreground' })]
}

export const ttlAfterFinished: Controller = controller<Job>({
  name: 'ttl-after-finished',
  kind: job,
  reconcile: (one, { now }) => expireJob(one, now),
})
