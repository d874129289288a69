import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNode } from '@sampan/control/fake-node'
import type { Plan, Step } from '@sampan/control/plan'
import type { CronJob } from '@sampan/resources/batch/cron-job'
import { cronJob } from '@sampan/resources/batch/cron-job'
import { type Job, job } from '@sampan/resources/batch/job'
import * as fixture from '@sampan/resources/fixtures'
import { cronJobs, expireJob, reconcileCronJob, ttlAfterFinished } from './cron-job.ts'
import { garbageCollector } from './garbage-collector.ts'
import { jobs } from './job.ts'
import { draft, running } from './run-test.test-support.ts'
import { scheduleFrom } from './schedule.ts'

const times: { schedule: string; zone?: string; after: string; want: string }[] = [
  { schedule: '*/5 * * * *', after: '2026-01-01T00:01:00Z', want: '2026-01-01T00:05:00.000Z' },
  { schedule: '0 9 * * 1-5', after: '2026-01-02T10:00:00Z', want: '2026-01-05T09:00:00.000Z' },
  { schedule: '0 9 * * *', zone: 'Asia/Shanghai', after: '2026-01-01T00:00:00Z', want: '2026-01-01T01:00:00.000Z' },
  { schedule: '@daily', after: '2026-01-01T00:00:00Z', want: '2026-01-02T00:00:00.000Z' },
  { schedule: '@midnight', after: '2026-01-01T00:00:00Z', want: '2026-01-02T00:00:00.000Z' },
  { schedule: '@every 90s', after: '2026-01-01T00:00:00Z', want: '2026-01-01T00:01:30.000Z' },
  { schedule: '0 0 13 * 5', after: '2026-01-01T00:00:00Z', want: '2026-01-02T00:00:00.000Z' },
]
for (const { schedule, zone, after, want } of times)
  test(`schedule ${schedule} ${zone ?? ''} after ${after} is ${want}`, () =>
    assert.equal(scheduleFrom(schedule, zone).next(new Date(after))?.toISOString(), want))

test('of a year of missed minutes the latest is found', () => {
  const until = new Date('2026-12-31T23:59:30Z')
  const { time, count } = scheduleFrom('* * * * *').latest(new Date('2026-01-01T00:00:00Z'), until, 100)
  assert.deepEqual([time?.toISOString(), count], ['2026-12-31T23:59:00.000Z', 101])
})

const now = new Date('2026-01-01T00:10:30Z')
const cron = (spec: Partial<CronJob['spec']> = {}, last?: string): CronJob =>
  fixture.cronJob('tick', {
    spec: { successfulJobsHistoryLimit: 1, ...spec },
    ...(last && { status: { lastScheduleTime: last as never } }),
  })
const run = (name: string, end?: 'Complete' | 'Failed', started = '2026-01-01T00:05:00Z'): Job =>
  fixture.job(name, {
    status: {
      startTime: started as never,
      ...(end && { conditions: [{ type: end, status: 'True', lastTransitionTime: '2026-01-01T00:06:00Z' as never }] }),
    },
  })
const shown = (step: Step) =>
  step.op === 'create' || step.op === 'remove'
    ? `${step.op} ${step.object.metadata.name}`
    : step.op === 'event'
      ? step.reason
      : step.op
const changes = (plan: Plan) => plan.filter(({ op }) => op !== 'status').map(shown)
const due = `tick-${Date.parse('2026-01-01T00:10:00Z') / 60_000}`
const done = '2026-01-01T00:10:00Z'
const before = '2026-01-01T00:05:00Z'

const cases: { name: string; of: CronJob; jobs?: Job[]; want: string[] }[] = [
  { name: 'starts a job that is due', of: cron({}, before), want: [`create ${due}`, 'again'] },
  { name: 'waits for the next time', of: cron({}, done), want: ['again'] },
  { name: 'starts nothing while suspended', of: cron({ suspend: true }, before), want: [] },
  {
    name: 'lets the earlier run go on and starts another',
    of: cron({}, before),
    jobs: [run('a')],
    want: [`create ${due}`, 'again'],
  },
  {
    name: 'starts none beside another where that is forbidden',
    of: cron({ concurrencyPolicy: 'Forbid' }, before),
    jobs: [run('a')],
    want: ['JobAlreadyActive', 'again'],
  },
  {
    name: 'replaces the earlier run',
    of: cron({ concurrencyPolicy: 'Replace' }, before),
    jobs: [run('a')],
    want: ['remove a', 'SuccessfulDelete', `create ${due}`, 'again'],
  },
  {
    name: 'says that a job of its list is missing',
    of: { ...cron({}, done), status: { lastScheduleTime: done as never, active: [{ name: 'a', uid: 'gone' }] } },
    want: ['MissingJob', 'again'],
  },
  { name: 'does not start what is too late', of: cron({ startingDeadlineSeconds: 20 }, before), want: ['again'] },
  { name: 'never starts the same time twice', of: cron({}, before), jobs: [run(due)], want: ['again'] },
  {
    name: 'keeps as many finished jobs as it should',
    of: cron({}, done),
    jobs: [
      run('a', 'Complete', '2026-01-01T00:01:00Z'),
      run('b', 'Complete', '2026-01-01T00:02:00Z'),
      run('c', 'Failed'),
    ],
    want: ['remove a', 'again'],
  },
  {
    name: 'says that it missed many times and starts the latest',
    of: cron({ schedule: '* * * * *' }, '2025-12-01T00:00:00Z'),
    want: ['TooManyMissedTimes', `create ${due}`, 'again'],
  },
  { name: 'says what is wrong with its schedule', of: cron({ schedule: 'soon' }), want: ['UnparseableSchedule'] },
]
for (const { name, of, jobs: existing = [], want } of cases)
  test(`CronJob ${name}`, () => assert.deepEqual(changes(reconcileCronJob(of, existing, now)), want))

test('CronJob does not miss the job that it replaces', () => {
  const plan = reconcileCronJob(cron({ concurrencyPolicy: 'Replace' }, before), [run('a')], now)
  const said = plan.find(({ op }) => op === 'status') as { status: NonNullable<CronJob['status']> }
  assert.equal(said.status.active, undefined)
})

test('a cron job runs, minute after minute', async () => {
  await running(
    [cronJobs, jobs, garbageCollector, fakeNode({ bindsTo: 'here' })],
    async ({ client, clock, settle }) => {
      const template = {
        metadata: { annotations: { 'test/outcome': 'Succeeded' } },
        spec: { containers: [{ name: 'a', image: 'x' }], restartPolicy: 'Never' },
      }
      await client.create(
        cronJob,
        draft(
          fixture.cronJob('tick', {
            spec: {
              schedule: '* * * * *',
              jobTemplate: { spec: { template } } as never,
              successfulJobsHistoryLimit: 2,
            },
          }),
        ),
      )
      await settle()
      for (let minute = 0; minute < 4; minute++) {
        await clock.advance(60_000)
        await settle()
      }
      const { status } = await client.get(cronJob, { namespace: 'default', name: 'tick' })
      assert.equal(status?.lastScheduleTime as unknown, '2026-01-01T00:04:00Z')
      assert.equal(status?.active, undefined)
      assert.equal((await client.list(job)).items.length, 2)
    },
  )
})

test('a finished job goes when its time has come', () => {
  const finished = (seconds: number) => ({
    ...run('a', 'Complete'),
    spec: { ...run('a').spec, ttlSecondsAfterFinished: seconds },
  })
  assert.deepEqual(changes(expireJob(finished(60), now)), ['remove a'])
  assert.deepEqual(expireJob(finished(600), now), [{ op: 'again', afterMs: 330_000 }])
  assert.deepEqual(expireJob(run('a', 'Complete'), now), [])
  assert.equal(ttlAfterFinished.kind.kind, 'Job')
})
