import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNode } from '@sampan/control/fake-node'
import { type Job, job } from '@sampan/resources/batch/job'
import { event } from '@sampan/resources/core/event'
import { type Pod, pod } from '@sampan/resources/core/pod'
import * as fixture from '@sampan/resources/fixtures'
import { jobs } from './job.ts'
import { indexesFrom, indexesText } from './job-indexes.ts'
import { draft, type Parts, running } from './run-test.test-support.ts'

const once = { namespace: 'default', name: 'once' }
const ending = (outcome: string, spec: Partial<Job['spec']> = {}, podSpec: object = {}) =>
  draft(
    fixture.job('once', {
      spec: {
        ...spec,
        template: {
          metadata: { labels: { app: 'once' }, annotations: { 'test/outcome': outcome } },
          spec: { containers: [{ name: 'main', image: 'x' }], restartPolicy: 'Never', ...podSpec },
        },
      },
    }),
  )
const withNode = (run: (parts: Parts) => Promise<void>) => running([jobs, fakeNode({ bindsTo: 'here' })], run)
const statusOf = async ({ client }: Parts) => (await client.get(job, once)).status
const conditions = async (parts: Parts) =>
  (await statusOf(parts))?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)

async function end(
  { client, settle }: Parts,
  which: (one: Pod) => boolean,
  phase: 'Succeeded' | 'Failed',
  exitCode = 0,
) {
  for (const one of (await client.list(pod)).items.filter(which)) {
    const finishedAt = new Date().toISOString()
    const containerStatuses = [{ name: 'main', restartCount: 0, state: { terminated: { exitCode, finishedAt } } }]
    await client.patch(pod, one.metadata, { status: { phase, containerStatuses } }, { subresource: 'status' })
  }
  await settle()
}
const isRunning = ({ status }: Pod) => status?.phase === 'Running'

for (const { manager, pods } of [
  { manager: 'kubernetes.io/job-controller', pods: 1 },
  { manager: 'example.com/queue', pods: 0 },
])
  test(`a job managed by ${manager} gets ${pods} pods here`, async () => {
    await withNode(async ({ client, settle }) => {
      await client.create(job, ending('Succeeded', { managedBy: manager }))
      await settle()
      assert.equal((await client.list(pod)).items.length, pods)
      assert.equal((await client.get(job, once)).status === undefined, pods === 0)
    })
  })

test('a job runs to its end, counts once and lets its pods go', async () => {
  await withNode(async (parts) => {
    const { client, settle, clock } = parts
    await client.create(job, ending('Succeeded', { completions: 5, parallelism: 2 }))
    await settle()
    const status = await statusOf(parts)
    assert.deepEqual([status?.succeeded, status?.failed, status?.active], [5, undefined, undefined])
    assert.deepEqual(await conditions(parts), [
      'SuccessCriteriaMet True CompletionsReached',
      'Complete True CompletionsReached',
    ])
    assert.ok(status?.completionTime && status.startTime)
    const pods = (await client.list(pod)).items
    assert.equal(pods.length, 5)
    assert.ok(pods.every(({ metadata }) => !metadata.finalizers?.length))
    assert.ok((await client.list(event)).items.some(({ reason }) => reason === 'Completed'))
    const writes = client.writes.length
    await clock.advance(3_600_000)
    await settle()
    assert.equal(client.writes.length, writes)
  })
})

test('a job never runs more pods at once than it may', async () => {
  await withNode(async (parts) => {
    await parts.client.create(job, ending('', { completions: 7, parallelism: 3 }))
    await parts.settle()
    for (let round = 0; round < 3; round++) {
      const active = (await parts.client.list(pod)).items.filter(isRunning)
      assert.equal(active.length, Math.min(3, 7 - 3 * round))
      assert.equal((await statusOf(parts))?.active, active.length)
      await end(parts, isRunning, 'Succeeded')
    }
    assert.equal((await statusOf(parts))?.succeeded, 7)
  })
})

test('failures are retried later and later, then the job fails', async () => {
  await withNode(async (parts) => {
    const { client, settle, clock } = parts
    await client.create(job, ending('Failed', { backoffLimit: 2 }))
    await settle()
    const started = async () => (await client.list(pod)).items.length
    assert.equal(await started(), 1)
    await clock.advance(9000)
    assert.equal(await started(), 1)
    await clock.advance(2000)
    await settle()
    assert.equal(await started(), 2)
    await clock.advance(18_000)
    assert.equal(await started(), 2)
    await clock.advance(3000)
    await settle()
    assert.equal(await started(), 3)
    assert.deepEqual(await conditions(parts), [
      'FailureTarget True BackoffLimitExceeded',
      'Failed True BackoffLimitExceeded',
    ])
    assert.equal((await statusOf(parts))?.failed, 3)
    await clock.advance(3_600_000)
    assert.equal(await started(), 3)
  })
})

test('a deadline ends a job, its pods are stopped first', async () => {
  await withNode(async (parts) => {
    const { client, settle, clock, names } = parts
    await client.create(job, ending('', { activeDeadlineSeconds: 60, parallelism: 2, completions: 2 }))
    await settle()
    await clock.advance(59_000)
    assert.equal((await statusOf(parts))?.active, 2)
    await clock.advance(2000)
    await settle()
    assert.deepEqual(await conditions(parts), ['FailureTarget True DeadlineExceeded', 'Failed True DeadlineExceeded'])
    assert.deepEqual(await names(pod), [])
  })
})

test('a suspended job stops its pods without calling them failed, and goes on', async () => {
  await withNode(async (parts) => {
    const { client, settle, names } = parts
    await client.create(job, ending('', { completions: 2, parallelism: 2 }))
    await settle()
    await client.patch(job, once, { spec: { suspend: true } })
    await settle()
    assert.deepEqual(await names(pod), [])
    assert.deepEqual([(await statusOf(parts))?.startTime, (await statusOf(parts))?.failed], [undefined, undefined])
    assert.deepEqual(await conditions(parts), ['Suspended True JobSuspended'])
    await client.patch(job, once, { spec: { suspend: false } })
    await settle()
    assert.equal((await names(pod)).length, 2)
    assert.deepEqual(await conditions(parts), ['Suspended False JobResumed'])
  })
})

test('an indexed job runs each index until it succeeded', async () => {
  await withNode(async (parts) => {
    const { client, settle } = parts
    await client.create(job, ending('', { completionMode: 'Indexed', completions: 4, parallelism: 3 }))
    await settle()
    const byIndex = (i: number) => (one: Pod) =>
      isRunning(one) && one.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === String(i)
    const [first] = (await client.list(pod)).items.filter(byIndex(1))
    assert.ok(first?.metadata.name.startsWith('once-1-'))
    assert.equal(first.spec.hostname, 'once-1')
    assert.equal(first.spec.containers[0]?.env?.[0]?.name, 'JOB_COMPLETION_INDEX')
    await end(parts, byIndex(0), 'Succeeded')
    await end(parts, byIndex(2), 'Succeeded')
    assert.deepEqual([(await statusOf(parts))?.completedIndexes, (await statusOf(parts))?.succeeded], ['0,2', 2])
    await end(parts, byIndex(1), 'Succeeded')
    await end(parts, byIndex(3), 'Succeeded')
    assert.equal((await statusOf(parts))?.completedIndexes, '0-3')
    assert.ok((await conditions(parts))?.includes('Complete True CompletionsReached'))
  })
})

test('an index that fails too often fails alone, and the job at the end', async () => {
  await withNode(async (parts) => {
    const { client, settle } = parts
    await client.create(
      job,
      ending('', { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 }),
    )
    await settle()
    const index = (i: string) => (one: Pod) =>
      one.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === i
    await end(parts, index('0'), 'Failed', 1)
    assert.equal((await statusOf(parts))?.failedIndexes, '0')
    assert.equal((await statusOf(parts))?.active, 1)
    await end(parts, index('1'), 'Succeeded')
    assert.ok((await conditions(parts))?.includes('Failed True FailedIndexes'))
  })
})

test('a failure policy fails the job at once, or overlooks a failure', async () => {
  const rule = (action: string) => ({
    backoffLimit: 0,
    podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [42] } }] },
  })
  await withNode(async (parts) => {
    await parts.client.create(job, ending('', { ...rule('FailJob'), backoffLimit: 6 }))
    await parts.settle()
    await end(parts, isRunning, 'Failed', 42)
    assert.ok((await conditions(parts))?.includes('Failed True PodFailurePolicy'))
    const said = (await statusOf(parts))?.conditions?.[0]?.message ?? ''
    assert.match(
      said,
      /^Container main for pod default\/once-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
    )
  })
  await withNode(async (parts) => {
    await parts.client.create(job, ending('', rule('Ignore')))
    await parts.settle()
    await end(parts, isRunning, 'Failed', 42)
    assert.deepEqual([(await statusOf(parts))?.failed, await conditions(parts)], [undefined, undefined])
  })
})

test('pods of a job that is gone, or was replaced by another of its name, are not held', async () => {
  await withNode(async ({ client, settle, names }) => {
    await client.create(job, ending('', {}))
    await settle()
    await client.remove(job, once)
    await client.create(job, ending('', {}))
    await settle()
    const pods = (await client.list(pod)).items
    const held = pods.filter(({ metadata }) => metadata.finalizers?.length)
    assert.deepEqual([pods.length, held.length], [2, 1])
    await client.remove(job, once)
    await settle()
    assert.ok((await client.list(pod)).items.every(({ metadata }) => !metadata.finalizers?.length))
    assert.equal((await names(job)).length, 0)
  })
})

for (const [text, want] of [
  ['', ''],
  ['3', '3'],
  ['0,1,2', '0-2'],
  ['5,0,1', '0,1,5'],
  ['7-9,2', '2,7-9'],
] as const)
  test(`indexes ${text || 'none'} are ${want || 'none'}`, () => assert.equal(indexesText(indexesFrom(text)), want))
