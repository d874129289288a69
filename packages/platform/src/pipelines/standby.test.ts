import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { app } from '@sampan/resources/sampan/app'
import { dockerfile, recipe, setUp } from './test-runs.ts'

const digest = `sha256:${'a'.repeat(64)}`
const built = { clone: 0, build: { code: 0, message: JSON.stringify({ digest, ports: ['8080/tcp'] }) } }
const both = { clone: 'running', build: 'running' } as const

type Test = Awaited<ReturnType<typeof setUp>>

/** One run that went well, and the time after which a pod waits for the next one. */
async function ready(test: Test, name = 'web', end: Parameters<Test['play']>[0] = built) {
  await test.pushed(name)
  await test.play(end)
  await test.bury()
  await later(test, 3000)
}

async function later(test: Test, ms: number) {
  await test.advance(ms)
  await test.idle()
}

const names = async (test: Test) => (await test.pods()).map(({ metadata }) => metadata.name)
const texts = (job: string | undefined) => (job ?? '').split('\0')

test('after a run a pod waits for the next one: no credential, no source, the caps of any build', async (t) => {
  const one = await setUp(t)
  await one.pushed()
  await one.play(built)
  await one.bury()
  assert.deepEqual(await names(one), [], 'not at once: the release comes first')
  await later(one, 3000)
  const [waiting, ...others] = await one.pods()
  assert.equal(others.length, 0)
  assert.match(waiting!.metadata.name, /^web-1-\w+-next$/)
  const [clone, build] = waiting!.spec.containers
  assert.deepEqual(build?.resources?.limits, { cpu: '2', memory: '2Gi', 'ephemeral-storage': '10Gi' })
  assert.equal(clone?.securityContext, undefined)
  assert.equal(waiting!.metadata.annotations?.['sampan.dev/pids-limit'], '1024')
  assert.ok((waiting!.spec.activeDeadlineSeconds ?? 0) > 1800)
  assert.ok(!waiting!.spec.volumes?.some((each) => each.secret), 'no Secret')
  assert.deepEqual((await one.client.list(secret)).items, [])
})

test('the next run takes it, hands it its job and is told as any other', async (t) => {
  const one = await setUp(t)
  await ready(one)
  await one.play(both)
  const [waiting] = await one.pods()
  const name = await one.pushed()
  const [taken, ...others] = await one.pods()
  assert.equal(taken?.metadata.uid, waiting?.metadata.uid)
  assert.equal(others.length, 0)
  assert.equal(taken?.metadata.labels?.['sampan.dev/pipeline'], name)
  assert.ok(taken!.spec.activeDeadlineSeconds! <= 1800 + 10)
  assert.ok(!/fetch-ticket|push demo/.test(JSON.stringify(taken)), 'no credential in the pod itself')

  const job = texts(one.fed.get(taken!.metadata.name))
  const given = (key: string) => job[job.lastIndexOf(key) + 1]
  assert.equal(given('SAMPAN_COMMIT'), 'c0ffee')
  assert.equal(given('SAMPAN_TAG'), '2')
  assert.equal(given('/run/sampan-job/password'), 'fetch-ticket')
  assert.equal(given('REGISTRY_AUTH_FILE'), '/run/sampan-job/auth.json')
  assert.match(given('/run/sampan-job/auth.json') ?? '', /push demo\/web/)
  assert.deepEqual(job.slice(-2), ['go', ''])

  const steps = async () => (await one.state(name))?.stages?.[0]?.steps
  assert.deepEqual(
    (await steps())?.map(({ state }) => state),
    ['running', 'pending'],
    'building waits for the source',
  )
  await one.play({ clone: 0, build: 'running' })
  assert.deepEqual(
    (await steps())?.map(({ state }) => state),
    ['success', 'running'],
  )
  await one.play(built)
  assert.equal((await one.state(name))?.state, 'success')
  assert.equal((await one.state(name))?.image, `registry.test:5000/demo/web@${digest}`)
  await one.bury()
  assert.deepEqual((await one.client.list(pod)).items, [], 'it served one run')
})

test('what it did before its run is not counted to the run', async (t) => {
  const one = await setUp(t)
  await ready(one)
  await one.play(both)
  const name = await one.pushed()
  const [clone] = (await one.state(name))?.stages?.[0]?.steps ?? []
  const [taken] = await one.pods()
  assert.equal(clone?.startedAt, taken?.metadata.annotations?.['sampan.dev/taken-at'])
})

const unfit: { name: string; before(test: Test): Promise<void> }[] = [
  {
    name: 'was made with other limits',
    async before(test) {
      await test.play(both)
      const at = { namespace: 'demo', name: 'web' }
      await test.client.patch(app, at, { spec: { build: { memory: '1Gi' } } })
    },
  },
  { name: 'does not run yet', before: async () => undefined },
  { name: 'has ended', before: (test) => test.play({ clone: 1, build: 1 }, { phase: 'Failed' }) },
]
for (const { name, before } of unfit) {
  test(`one that ${name} is not taken: the run gets a pod of its own`, async (t) => {
    const one = await setUp(t)
    await ready(one)
    await before(one)
    const run = await one.pushed()
    const found = await one.pods()
    assert.equal(found.length, 1)
    assert.match(found[0]!.metadata.name, new RegExp(`^${run}-\\w{8}$`))
    assert.equal(found[0]!.spec.initContainers?.[0]?.name, 'clone')
  })
}

test('one that does not take its job is thrown away, and the run goes on in a pod of its own', async (t) => {
  const one = await setUp(t, {
    feeder: {
      hasFed: () => false,
      feed: () => Promise.reject(new Error('nobody there')),
    },
  })
  await ready(one)
  await one.play(both)
  const run = await one.pushed()
  await one.bury()
  await later(one, 500)
  const found = await one.pods()
  assert.equal(found.length, 1)
  assert.match(found[0]!.metadata.name, new RegExp(`^${run}-\\w{8}$`))
})

test('after a restart between taking and handing over, the job is handed over', async (t) => {
  const fed: string[] = []
  const known = new Set<string>()
  const one = await setUp(t, {
    feeder: {
      hasFed: ({ metadata }) => known.has(metadata.name),
      feed: async ({ metadata }: Pod) => void fed.push(metadata.name),
    },
  })
  await ready(one)
  await one.play(both)
  await one.pushed()
  const before = fed.length
  assert.ok(before > 0)
  await one.restart()
  assert.ok(fed.length > before, 'a new process does not know and says it again')
  known.add(fed[0]!)
  await one.play({ clone: 0, build: 'running' })
  await one.play(built)
  assert.equal((await one.state('web-2'))?.state, 'success')
})

test('it goes after a while, and with its app', async (t) => {
  const one = await setUp(t)
  await ready(one)
  assert.equal((await one.pods()).length, 1)
  await later(one, 10 * 60_000)
  await later(one, 2000)
  assert.deepEqual(await one.pods(), [])
})

test('only the apps that were built last have one', async (t) => {
  const one = await setUp(t)
  one.settings.standby.most = 1
  await ready(one, 'web')
  assert.match((await names(one))[0] ?? '', /^web-1-/)
  await one.pushed('api')
  const run = (await one.pods()).find(({ metadata }) => metadata.name.startsWith('api-1-'))!
  await one.playPod(run, built)
  await one.bury()
  await later(one, 3000)
  await one.bury()
  const found = await names(one)
  assert.equal(found.length, 1)
  assert.match(found[0]!, /^api-1-\w+-next$/)
})

test('a stack without a Dockerfile gets its Dockerfile with the job', async (t) => {
  const one = await setUp(t, { planOf: async () => recipe })
  one.images.add('stacks/python:abc')
  await ready(one)
  await one.play(both)
  await one.pushed()
  const [taken] = await one.pods()
  const job = texts(one.fed.get(taken!.metadata.name))
  assert.equal(job[job.indexOf('SAMPAN_DOCKERFILE_TEXT') + 1], 'FROM registry.test:5000/stacks/python:abc\n')
})

test('a build that failed has one as well: who fixes it pushes soon', async (t) => {
  const one = await setUp(t, { planOf: async () => dockerfile })
  await ready(one, 'web', { clone: 0, build: 1 })
  assert.match((await names(one))[0] ?? '', /^web-1-\w+-next$/)
})
