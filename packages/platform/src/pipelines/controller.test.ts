import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { runControllers } from '@sampan/control/run-controllers'
import { fakeClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { configMap } from '@sampan/resources/core/config-map'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { app } from '@sampan/resources/sampan/app'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { fileLogStore } from '../logs/file-store.ts'
import { pipelineLogReader, stepLog } from '../logs/pipeline-log.ts'
import { pipelineController } from './controller.ts'
import { createPipeline } from './create-pipeline.ts'
import { fileReader } from './drone/file.ts'
import type { PipelineParts } from './parts.ts'
import type { BuildPlan } from './read-source.ts'
import { runDataReader } from './run-data.ts'
import { valuesFor } from './secret-store.ts'
import { defaultSettings } from './settings.ts'
import type { StackImage } from './stack-images.ts'
import { type StackName, stackNames } from './stacks/source.ts'

const digest = `sha256:${'a'.repeat(64)}`
const dockerfile: BuildPlan = { by: 'dockerfile', path: 'Dockerfile', context: '' }
const recipe: BuildPlan = {
  by: 'recipe',
  context: '',
  recipe: {
    stack: 'python',
    because: 'app.py',
    needs: ['python'],
    dockerfile: (imageOf) => `FROM ${imageOf('python')}\n`,
  },
}

const surroundings = { platformURL: 'http://sampan.test', version: '1', netrcMachine: 'sampan.test' }

async function setUp(t: TestContext, more: Partial<PipelineParts> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-pipelines-'))
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const store = fileLogStore({ folder })
  const images = new Set<string>()
  /** Pods that have used up their processes. */
  const full = new Set<string>()
  /** Pipeline files by commit. */
  const files = new Map<string, string>()
  /** What containers would say, by step. */
  const said: Record<string, string[]> = {}
  const image = (name: StackName): StackImage => ({
    name,
    repository: `stacks/${name}`,
    tag: 'abc',
    files: { Dockerfile: 'FROM x' },
  })
  const parts: PipelineParts = {
    settings: { ...defaultSettings(2), concurrency: 1 },
    pods: {
      builderImage: 'builder',
      registryHost: 'registry.test:5000',
      cacheFolder: '/cache',
      environment: { variables: {} },
    },
    stacks: Object.fromEntries(stackNames.map((name) => [name, image(name)])) as Record<StackName, StackImage>,
    planOf: async () => dockerfile,
    files: fileReader({
      surroundings,
      read: async (_app, sha) => files.get(sha),
      templates: async () => ({}),
      isTrusted: async () => false,
    }),
    surroundings,
    registryAliases: ['localhost:5000'],
    machine: 'here',
    secretsFor: (reader) => valuesFor(client, reader),
    repositoryKey: async () => 'k'.repeat(32),
    runData: runDataReader(client),
    hasPod: async (name) => (await client.find(pod, { namespace: 'sampan-builds', name })) !== undefined,
    processes: { isFull: (name) => full.has(name) },
    nodes: async () => [{ os: 'linux', arch: 'amd64', labels: {} }],
    hasImage: async (repository, tag) => images.has(`${repository}:${tag}`),
    obstacle: () => undefined,
    hubReachable: () => false,
    offlineBases: ['debian:12'],
    repositoryURL: (project, name) => `http://sampan.test/git/${project}/${name}.git`,
    fetchTicket: () => 'fetch-ticket',
    pushConfigJson: ({ repository }) =>
      JSON.stringify({ auths: { x: { password: `push ${repository}`, auth: 'coded' } } }),
    disk: async () => ({ freeBytes: 1e12, totalBytes: 2e12 }),
    diskFolder: '/home',
    logs: {
      store,
      collector: {
        follow: () => undefined,
        drain: async ({ container }, name) => {
          const lines = said[container] ?? []
          await store.append(
            name,
            lines.map((text, i) => ({ time: `2026-01-01T00:00:0${i}.000000000Z`, text })),
          )
        },
        close: async () => undefined,
      },
    },
    ...more,
  }
  for (const name of ['web', 'api']) {
    client.seed(app, {
      metadata: { name, namespace: 'demo' },
      spec: {
        source: { type: 'git', branch: 'main' },
        template: 'web',
        parameters: { replicas: 1, cpu: '1', memory: '1Gi', env: {} },
      },
    })
  }
  const run = () => runControllers({ client, clock, log: silent, controllers: [pipelineController(parts)] })
  let running = run()
  await running.synced
  t.after(async () => {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  })
  const at = (name: string) => ({ namespace: 'demo', name })
  const test = {
    client,
    said,
    images,
    idle: () => running.idle(),
    /** kill -9 and a new process. */
    async restart() {
      await running.close()
      running = run()
      await running.synced
      await running.idle()
    },
    async pushed(name = 'web') {
      const owner = await client.get(app, at(name))
      const made = await createPipeline(client, {
        app: owner,
        event: 'push',
        commit: { sha: 'c0ffee', ref: 'refs/heads/main' },
      })
      await running.idle()
      return made.metadata.name
    },
    read: (name: string) => client.get(pipeline, at(name)),
    state: async (name: string) => (await client.get(pipeline, at(name))).status,
    log: async (name: string) =>
      (await Array.fromAsync(pipelineLogReader({ client, store })(await client.get(pipeline, at(name))))).map(
        ({ text }) => text,
      ),
    pods: async () =>
      (await client.list(pod, { namespace: 'sampan-builds' })).items.filter((one) => !one.metadata.deletionTimestamp),
    logName: (one: Parameters<typeof stepLog>[0], step: string) => stepLog(one, step),
    /** The node's part: containers as they are now. */
    async play(
      states: Record<string, 'running' | number | { code: number; message?: string; reason?: string }>,
      status: Partial<NonNullable<Pod['status']>> = {},
    ) {
      const [one] = await test.pods()
      const statuses = Object.entries(states).map(([name, state]) => ({
        name,
        image: 'builder',
        imageID: '',
        ready: false,
        restartCount: 0,
        state:
          state === 'running'
            ? { running: { startedAt: '2026-01-01T00:00:01Z' } }
            : {
                terminated: {
                  startedAt: '2026-01-01T00:00:01Z',
                  finishedAt: '2026-01-01T00:00:03Z',
                  exitCode: typeof state === 'number' ? state : state.code,
                  ...(typeof state === 'object' && { message: state.message, reason: state.reason }),
                },
              },
      }))
      const ended = {
        initContainerStatuses: statuses.filter((each) => each.name === 'clone'),
        containerStatuses: statuses.filter((each) => each.name !== 'clone'),
      }
      await client.updateStatus(pod, { ...one!, status: { ...ended, ...status } as Pod['status'] })
      await running.idle()
    },
    /** The node lets go of pods that are being deleted. */
    async bury() {
      for (const one of (await client.list(pod)).items) {
        if (one.metadata.deletionTimestamp) await client.remove(pod, one.metadata, { graceSeconds: 0 })
      }
      await running.idle()
    },
    advance: (ms: number) => clock.advance(ms),
  }
  return test
}

const built = {
  clone: 0,
  build: { code: 0, message: JSON.stringify({ digest, ports: ['9000/tcp', '8080/tcp', '53/udp'] }) },
}

test('a pipeline fetches, builds, pushes, and leaves its image and its log', async (t) => {
  const { pushed, play, state, said, log, pods, client, bury } = await setUp(t)
  const name = await pushed()
  assert.deepEqual(
    (await state(name))?.stages?.[0]?.steps.map((step) => `${step.name} ${step.state}`),
    ['clone pending', 'build pending'],
  )
  const [made] = await pods()
  assert.equal(made?.spec.priorityClassName, 'sampan-build')
  assert.equal(made?.spec.activeDeadlineSeconds, 1800)
  assert.deepEqual(made?.spec.containers[0]?.resources?.limits, {
    cpu: '2',
    memory: '2Gi',
    'ephemeral-storage': '10Gi',
  })
  const kept = await client.get(secret, { namespace: 'sampan-builds', name: made!.metadata.name })
  assert.equal(Buffer.from(kept.data!.password!, 'base64').toString(), 'fetch-ticket')
  assert.ok(!/fetch-ticket|push demo/.test(JSON.stringify(made)), 'no credential in the pod itself')

  await play({ clone: 'running' })
  assert.equal((await state(name))?.stages?.[0]?.steps[0]?.state, 'running')
  said.clone = ['Fetching c0ffee']
  said.build = ['STEP 1/1: FROM debian', 'Pushed']
  await play(built)
  const status = await state(name)
  assert.equal(status?.state, 'success')
  assert.equal(status?.image, `registry.test:5000/demo/web@${digest}`)
  assert.equal(status?.exposedPort, 8080)
  assert.deepEqual(
    status?.stages?.[0]?.steps.map((step) => [step.state, step.exitCode, step.logLines]),
    [
      ['success', 0, 1],
      ['success', 0, 2],
    ],
  )
  assert.deepEqual(await log(name), ['Fetching c0ffee', 'STEP 1/1: FROM debian', 'Pushed'])
  await bury()
  assert.deepEqual((await client.list(pod)).items, [])
  assert.deepEqual((await client.list(secret)).items, [])
})

const ends: {
  name: string
  states: Parameters<Awaited<ReturnType<typeof setUp>>['play']>[0]
  pod?: object
  say?: string[]
  want: string
  steps: string[]
}[] = [
  {
    name: 'a step of the Dockerfile that fails',
    states: { clone: 0, build: 1 },
    say: ['STEP 2/2: RUN make', 'make: *** No targets.  Stop.'],
    want: 'step 2/2 (RUN make) failed: make: *** No targets.  Stop.',
    steps: ['success', 'failure'],
  },
  {
    name: 'a clone that fails',
    states: { clone: 128 },
    want: 'the source could not be fetched: it said nothing',
    steps: ['failure', 'skipped'],
  },
  {
    name: 'too little memory',
    states: { clone: 0, build: { code: 137, reason: 'OOMKilled' } },
    say: ['STEP 2/2: RUN make'],
    want: 'step 2/2 (RUN make) needed more than 2 GiB of memory: set build.memory of the app higher',
    steps: ['success', 'failure'],
  },
  {
    name: 'too little time',
    states: { clone: 0, build: 'running' },
    pod: { phase: 'Failed', reason: 'DeadlineExceeded' },
    say: ['STEP 2/2: RUN sleep'],
    want: 'step 2/2 (RUN sleep) took longer than 30 minutes, the time a build may take',
    steps: ['success', 'failure'],
  },
]
for (const { name, states, pod: podStatus, say = [], want, steps } of ends) {
  test(`a pipeline says why: ${name}`, async (t) => {
    const { pushed, play, state, said, pods } = await setUp(t)
    const made = await pushed()
    said.build = say
    await play(states, podStatus as Partial<NonNullable<Pod['status']>>)
    const status = await state(made)
    assert.equal(status?.state, 'failure')
    assert.equal(status?.reason, want)
    assert.deepEqual(
      status?.stages?.[0]?.steps.map((step) => step.state),
      steps,
    )
    assert.deepEqual(await pods(), [])
  })
}

test('what cannot be built at all is refused before any pod', async (t) => {
  const nothing = await setUp(t, { planOf: async () => ({ by: 'nothing', reason: 'there is no Dockerfile' }) })
  const name = await nothing.pushed()
  assert.equal((await nothing.state(name))?.reason, 'there is no Dockerfile')
  assert.deepEqual(await nothing.pods(), [])
  const full = await setUp(t, { disk: async () => ({ freeBytes: 1024 ** 3, totalBytes: 40 * 1024 ** 3 }) })
  const refused = await full.pushed()
  assert.equal(
    (await full.state(refused))?.reason,
    'the disk under /home has 1 GiB free of 40 GiB, and a build needs 2 GiB: free some space or remove old releases',
  )
})

test('a stack is prepared once, and the step says so', async (t) => {
  const { pushed, play, state, images, pods, client } = await setUp(t, { planOf: async () => recipe })
  const name = await pushed()
  assert.deepEqual(
    (await state(name))?.stages?.[0]?.steps.map((step) => step.title),
    [
      'Prepare the Python stack, once',
      'Fetch the source',
      'Build with the Python stack, because there is app.py and no Dockerfile',
    ],
  )
  const [stack] = await pods()
  assert.equal(stack?.metadata.name, 'stack-python-abc')
  assert.deepEqual((await client.get(configMap, { namespace: 'sampan-builds', name: 'stack-python-abc' })).data, {
    Dockerfile: 'FROM x',
  })
  images.add('stacks/python:abc')
  await play({ 'stack-python': 0 })
  const run = (await pods()).find((one) => one.metadata.name !== 'stack-python-abc')
  assert.ok(run?.spec.containers[0]?.env?.some(({ value }) => value === 'FROM registry.test:5000/stacks/python:abc\n'))
  assert.equal((await state(name))?.stack, 'python')
})

test('one waits for the other, and then runs', async (t) => {
  const { pushed, play, state, advance, idle, bury } = await setUp(t)
  const first = await pushed('web')
  const second = await pushed('api')
  assert.deepEqual([(await state(second))?.state, (await state(second))?.queuePosition], ['pending', 1])
  await play(built)
  assert.equal((await state(first))?.state, 'success')
  await bury()
  await advance(5000)
  await idle()
  assert.deepEqual([(await state(second))?.state, (await state(second))?.queuePosition], ['running', undefined])
})

test('a restart of the platform changes nothing and loses nothing', async (t) => {
  const { pushed, play, state, restart, pods, client } = await setUp(t)
  const name = await pushed()
  await play({ clone: 'running' })
  const before = client.writes.length
  await restart()
  assert.equal(client.writes.length, before, 'a second look writes nothing')
  assert.equal((await pods()).length, 1)
  await play(built)
  assert.equal((await state(name))?.state, 'success')
})

test('a pod that was lost is made again, but not for ever', async (t) => {
  const { pushed, state, pods, client, idle, advance } = await setUp(t)
  const name = await pushed()
  for (let lost = 0; lost < 3; lost++) {
    assert.equal((await state(name))?.state, 'running')
    const [one] = await pods()
    await client.remove(pod, one!.metadata, { graceSeconds: 0 })
    await idle()
    await advance(1000)
    await idle()
  }
  assert.equal((await state(name))?.reason, 'its pod was lost 3 times')
})

test('cancelling stops the pod and says so', async (t) => {
  const { pushed, play, state, pods, client, idle } = await setUp(t)
  const name = await pushed()
  await play({ clone: 0, build: 'running' })
  await client.patch(pipeline, { namespace: 'demo', name }, { spec: { cancel: true } })
  await idle()
  const status = await state(name)
  assert.deepEqual(
    [status?.state, status?.reason, status?.stages?.[0]?.steps[1]?.state],
    ['cancelled', 'it was cancelled', 'cancelled'],
  )
  assert.deepEqual(await pods(), [])
})

test('deleting a pipeline takes its pod and its log along', async (t) => {
  const { pushed, play, client, idle, advance, bury, log, said } = await setUp(t)
  const name = await pushed()
  said.build = ['something']
  await play(built)
  assert.deepEqual(await log(name), ['something'])
  await client.remove(pipeline, { namespace: 'demo', name })
  await bury()
  await advance(1000)
  await idle()
  assert.equal(await client.find(pipeline, { namespace: 'demo', name }), undefined)
  assert.deepEqual((await client.list(pod)).items, [])
})
