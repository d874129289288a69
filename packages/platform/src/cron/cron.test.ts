import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '@sampan/control/controller'
import { silent } from '@sampan/kit/log'
import type { App } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { pretendSources } from '../sources/pretend-sources.ts'
import { reconcileCron } from './controller.ts'
import { nextRun } from './schedule.ts'

const times: [schedule: string, after: string, want: string][] = [
  ['0 30 4 * * *', '2026-01-01T04:29:59Z', '2026-01-01T04:30:00.000Z'],
  ['0 30 4 * * *', '2026-01-01T04:30:00Z', '2026-01-02T04:30:00.000Z'],
  ['30 4 * * *', '2026-01-01T00:00:00Z', '2026-01-01T04:30:00.000Z'],
  ['@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['@Hourly', '2026-01-01T00:10:00Z', '2026-01-01T01:00:00.000Z'],
  ['@weekly', '2026-01-01T00:10:00Z', '2026-01-04T00:00:00.000Z'],
  ['*/15 * * * * *', '2026-01-01T00:00:01Z', '2026-01-01T00:00:15.000Z'],
]
for (const [schedule, after, want] of times) {
  test(`${schedule} after ${after}`, () => assert.equal(nextRun(schedule, new Date(after))?.toISOString(), want))
}
for (const bad of ['', 'soon', '61 * * * * *', '* * * *', '@every 1h', '1 2 3 4 5 6 7']) {
  test(`"${bad}" is no schedule`, () => assert.throws(() => nextRun(bad, new Date()), /is no schedule/))
}

test('a cron job runs when it is due, once; what was missed while nobody looked is one run', async (t) => {
  const one = await pretendSources(t)
  const { host, git, client } = one
  await host.commit('main', { a: '1' }, 'first [ci skip]')
  const name = { project: 'demo', app: 'hello' }
  await git.repositories.ensure(name, 'main')
  await host.git('push', '-q', git.repositories.pathOf(name), 'HEAD:refs/heads/main')
  const cron = [
    { name: 'nightly', schedule: '@hourly', branch: 'main', target: 'prod' },
    { name: 'broken', schedule: 'soon', branch: 'main' },
    { name: 'lost', schedule: '@hourly', branch: 'gone' },
    { name: 'off', schedule: '* * * * * *', branch: 'main', disabled: true },
  ]
  const options = { client, repositories: git.repositories, intake: git.intake, log: silent }
  let status: App['status']
  const look = async (now: string) => {
    const stored = await one.app()
    const object = { ...stored, status, spec: { ...stored.spec, pipelines: { cron } } }
    const runs = (await client.list(pipeline)).items
    const snapshot = { now: new Date(now), list: () => runs as never } as unknown as Snapshot
    const plan = await reconcileCron(object, snapshot, options)
    for (const step of plan) if (step.op === 'status') status = step.status as App['status']
    return plan
  }
  const crons = async (): Promise<Pipeline[]> => (await one.runs()).filter(({ spec }) => spec.event === 'cron')
  // Pipelines are stamped with the clock of the machine: the job's time lies ahead of it.
  const first = new Date(Date.now() + 24 * 3600_000)
  const hour = (n: number, minute = 0) => {
    const time = new Date(first)
    time.setUTCHours(time.getUTCHours() + n, minute, 0, 0)
    return time.toISOString()
  }
  const begun = await look(hour(0, 30))
  assert.deepEqual(begun.filter(({ op }) => op === 'event').length, 1, 'the broken one is told')
  assert.equal((await crons()).length, 0)
  await look(hour(1))
  await look(hour(1))
  const [run] = await crons()
  assert.deepEqual(
    [run?.spec.cron, run?.spec.branch, run?.spec.target, (await crons()).length],
    ['nightly', 'main', 'prod', 1],
  )
  await look(hour(2))
  assert.equal((await crons()).length, 2)
})
