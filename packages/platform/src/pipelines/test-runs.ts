import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { runControllers } from '@sampan/control/run-controllers'
import { fakeClock } from '@sampan/kit/clock'
import { silent } from '@sampan/kit/log'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { fileLogStore } from '../logs/file-store.ts'
import { pipelineLogReader, stepLog, stepsOf } from '../logs/pipeline-log.ts'
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

/** Builds a Dockerfile at the top. */
export const dockerfile: BuildPlan = { by: 'dockerfile', path: 'Dockerfile', context: '' }
export const recipe: BuildPlan = {
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

/** For tests: the pipeline controller over a cluster in memory, with apps `web` and `api` in project `demo`. */
export async function setUp(t: TestContext, more: Partial<PipelineParts> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-pipelines-'))
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const store = fileLogStore({ folder })
  const images = new Set<string>()
  /** Pods that have used up their processes. */
  const full = new Set<string>()
  /** Jobs handed to pods that waited, by pod. */
  const fed = new Map<string, string>()
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
    feeder: {
      hasFed: ({ metadata }) => fed.has(metadata.name),
      feed: async ({ metadata }, _container, job) => void fed.set(metadata.name, Buffer.from(job).toString()),
    },
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
    files,
    full,
    fed,
    settings: parts.settings,
    async pushed(name = 'web', more: Partial<Omit<Pipeline['spec'], 'app'>> = {}) {
      const owner = await client.get(app, at(name))
      const made = await createPipeline(client, {
        app: owner,
        event: 'push',
        commit: { sha: 'c0ffee', ref: 'refs/heads/main' },
        ...(more as Omit<typeof more, 'app'>),
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
      await test.playPod(one!, states, status)
    },
    /** The same for one of several. */
    async playPod(
      one: Pod,
      states: Record<string, 'running' | number | { code: number; message?: string; reason?: string }>,
      status: Partial<NonNullable<Pod['status']>> = {},
    ) {
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
      const isInit = (name: string) => one.spec.initContainers?.some((each) => each.name === name) ?? false
      const ended = {
        initContainerStatuses: statuses.filter((each) => isInit(each.name)),
        containerStatuses: statuses.filter((each) => !isInit(each.name)),
      }
      await client.updateStatus(pod, { ...one, status: { ...ended, ...status } as Pod['status'] })
      await running.idle()
    },
    /** Steps and their states, as `stage/step state`. */
    steps: async (name: string) =>
      stepsOf(await client.get(pipeline, at(name))).map(({ path, step }) => `${path} ${step.state}`),
    /** The node's part for one pod of a run that follows a file, by the end of its name: containers as they are now. */
    async set(
      ending: string,
      state: 'running' | number | { code: number; message?: string; reason?: string } | { waiting: object },
      { container = 'step', ...status }: { container?: string } & Partial<NonNullable<Pod['status']>> = {},
    ) {
      const one = (await test.pods()).find(({ metadata }) => metadata.name.endsWith(ending))
      if (!one) throw new Error(`there is no pod …${ending}`)
      const terminated = (code: number, more = {}) => ({
        terminated: { startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:03Z', exitCode: code, ...more },
      })
      const now =
        state === 'running'
          ? { running: { startedAt: '2026-01-01T00:00:01Z' } }
          : typeof state === 'number'
            ? terminated(state)
            : 'code' in state
              ? terminated(state.code, { message: state.message, reason: state.reason })
              : state
      const others = one.status?.containerStatuses?.filter(({ name }) => name !== container) ?? []
      const containerStatuses = [
        ...others,
        { name: container, image: 'x', imageID: '', ready: true, restartCount: 0, state: now },
      ]
      if (!one.spec.nodeName) {
        const { name } = one.metadata
        const body = { metadata: { name }, target: { kind: 'Node', name: 'here' } }
        await client.raw({ method: 'POST', path: `/api/v1/namespaces/sampan-builds/pods/${name}/binding`, body })
      }
      const fresh = await client.get(pod, { namespace: 'sampan-builds', name: one.metadata.name })
      await client.updateStatus(pod, {
        ...fresh,
        status: { ...one.status, podIP: '10.0.0.9', containerStatuses, ...status } as Pod['status'],
      })
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
