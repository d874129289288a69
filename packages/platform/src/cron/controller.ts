import type { Client } from '@sampan/client/client'
import { type Controller, controller, type Snapshot } from '@sampan/control/controller'
import { again, event, type Plan, type Step, status } from '@sampan/control/plan'
import type { Log } from '@sampan/kit/log'
import { StatusError } from '@sampan/resources/errors'
import { type App, app } from '@sampan/resources/sampan/app'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import type { Repositories } from '../git/repositories.ts'
import { type Intake, nameOf } from '../sources/intake.ts'
import { nextRun } from './schedule.ts'

export interface CronOptions {
  client: Client
  repositories: Repositories
  intake: Intake
  log: Log
}

type Job = NonNullable<NonNullable<App['spec']['pipelines']>['cron']>[number]
type Since = NonNullable<NonNullable<App['status']>['cron']>[number]

/** Looked at again at least so often, in milliseconds: clocks are set and machines sleep. */
const mostMs = 60_000

/** Starts the cron jobs of apps. After a time of rest each that fell due runs once, however often it was missed. */
export const cronController = (options: CronOptions): Controller =>
  controller<App>({
    name: 'cron',
    component: 'sampan',
    kind: app,
    reads: [pipeline] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileCron(one, snapshot, options),
  })

export async function reconcileCron(one: App, snapshot: Snapshot, options: CronOptions): Promise<Plan> {
  const jobs = (one.spec.pipelines?.cron ?? []).filter(({ disabled }) => !disabled)
  const known = one.status?.cron ?? []
  if (one.metadata.deletionTimestamp || (jobs.length === 0 && known.length === 0)) return []
  const { now } = snapshot
  const steps: Step[] = []
  const sinces: Since[] = []
  let soonest = mostMs
  for (const job of jobs) {
    const before = known.find(({ name, schedule }) => name === job.name && schedule === job.schedule)
    let since = before?.since ?? stamp(now)
    try {
      const due = nextRun(job.schedule, new Date(Math.max(Date.parse(since), lastRun(one, job, snapshot))))
      if (due && due <= now) {
        const why = await start(one, job, due, options)
        // What has no branch to run on now does not run later for then.
        if (why) {
          since = stamp(now)
          steps.push(event(one, 'Warning', 'CronSkipped', why))
        }
        soonest = Math.min(soonest, 1000)
      } else if (due) soonest = Math.min(soonest, due.getTime() - now.getTime())
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Invalid') throw error
      if (!before) steps.push(event(one, 'Warning', 'CronInvalid', `Cron job ${job.name}: ${error.message}`))
    }
    sinces.push({ name: job.name, schedule: job.schedule, since })
  }
  const { cron: _, ...rest } = one.status ?? {}
  const next = sinces.length > 0 ? { ...rest, cron: sinces } : rest
  return [...steps, status(app, one, next as App['status']), ...(jobs.length > 0 ? [again(soonest)] : [])]
}

const stamp = (time: Date) => `${time.toISOString().slice(0, 19)}Z`

/** When a job last fell due, in milliseconds: its runs tell. */
function lastRun(one: App, job: Job, snapshot: Snapshot): number {
  const prefix = causeOf(job, '')
  const times = snapshot
    .list(pipeline, one.metadata.namespace)
    .filter(({ spec }) => spec.app === one.metadata.name && spec.event === 'cron' && spec.cron === job.name)
    .map(({ metadata }) => {
      const cause = metadata.annotations?.['sampan.dev/cause'] ?? ''
      const created = Date.parse(metadata.creationTimestamp ?? '')
      // Several missed ones are one: whatever was due until it was made.
      return Math.max(created, cause.startsWith(prefix) ? Date.parse(cause.slice(prefix.length)) : 0)
    })
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)))
}

const causeOf = ({ name }: Job, due: string) => `cron/${name}/${due}`

/** Why it could not be started. */
async function start(
  one: App,
  job: Job,
  due: Date,
  { repositories, intake, log }: CronOptions,
): Promise<string | undefined> {
  const name = nameOf(one)
  const ref = `refs/heads/${job.branch}`
  const sha = (await repositories.exists(name)) ? await repositories.resolve(name, ref) : undefined
  if (!sha) return `Cron job ${job.name} did not run: there is no branch ${job.branch}.`
  const commit = { ...(await repositories.commit(name, sha)), ref }
  const taken = await intake(one, {
    event: 'cron',
    cron: job.name,
    branch: job.branch,
    ...(job.target && { target: job.target }),
    commit,
    by: 'cron',
    cause: causeOf(job, due.toISOString()),
  })
  if ('skipped' in taken) return `Cron job ${job.name} did not run: ${taken.skipped}`
  log.info('cron job started', { app: `${name.project}/${name.app}`, job: job.name, due: due.toISOString() })
  return undefined
}
