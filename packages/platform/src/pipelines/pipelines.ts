import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Caches } from '@sampan/client/caches'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'
import { node } from '@sampan/resources/core/node'
import { pod } from '@sampan/resources/core/pod'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { priorityClass } from '@sampan/resources/scheduling/priority-class'
import { buildNamespace } from '../config.ts'
import { fetchTicket } from '../git/fetch-ticket.ts'
import type { Repositories } from '../git/repositories.ts'
import { createCollector } from '../logs/collect.ts'
import { fileLogStore } from '../logs/file-store.ts'
import { pipelineLogReader, type ReadPipelineLog } from '../logs/pipeline-log.ts'
import type { LogStore } from '../logs/store.ts'
import type { Part, PartOptions } from '../part.ts'
import type { Registry } from '../registry/registry.ts'
import { debianTags } from '../registry/seed.ts'
import { hostBuildEnvironment } from './build-environment.ts'
import { pipelineController } from './controller.ts'
import { diskReader } from './disk.ts'
import { fileReader } from './drone/file.ts'
import { storedTemplates } from './drone/templates.ts'
import { feeder } from './feeder.ts'
import { hubAnswers } from './hub.ts'
import { sweepLayers, sweepObjects } from './leftovers.ts'
import { builderObjects } from './objects.ts'
import { processProbe } from './process-probe.ts'
import { planReader } from './read-source.ts'
import { findRepositoryKey } from './repository-key.ts'
import { runDataReader } from './run-data.ts'
import { valuesFor } from './secret-store.ts'
import { type BuildSettings, defaultSettings } from './settings.ts'
import { stackImagesIn } from './stack-images.ts'
import { isTrusted } from './trust.ts'

export interface PipelineOptions extends PartOptions {
  repositories: Repositories
  registry: Pick<Registry, 'client' | 'pushConfigJson' | 'obstacle'>
  ticketKey: Uint8Array
  logStore: LogStore
  /** Name of the builder image on the node. */
  builderImage: string
  settings?: Partial<BuildSettings>
  /** Folder with one folder per stack. */
  stacksFolder?: string
}

const fieldManager = 'sampan-builds'
const hubEveryMs = 5 * 60_000
const sweepEveryMs = 3600_000

/** Folder with the build caches, one per app: `<project>/<app>`. */
export const buildCacheOf = ({ home }: Pick<PartOptions['config'], 'home'>) => join(home, 'build-cache')

/** Where build logs are kept, and how they are read. Apart from the rest, because git reads them too. */
export function createBuildLogs({
  client,
  config,
  caches,
}: Pick<PartOptions, 'client' | 'config'> & { caches?: Pick<Caches, 'of'> }): {
  store: LogStore
  read: ReadPipelineLog
} {
  const store = fileLogStore({ folder: join(config.home, 'logs') })
  return { store, read: pipelineLogReader({ client, store, caches }) }
}

/** Runs Pipelines as pods: the controller, and the objects that pods need. */
export async function createPipelines(options: PipelineOptions): Promise<Part> {
  const { client, config, log, repositories, registry, ticketKey, logStore: store } = options
  const collector = createCollector({ client, store, log })
  const stacksFolder = options.stacksFolder ?? fileURLToPath(new URL('../../../../stacks', import.meta.url))
  const settings = { ...defaultSettings(), ...options.settings }
  const surroundings = {
    platformURL: config.platformURL,
    version: '1',
    netrcMachine: new URL(config.platformURL).hostname,
  }
  let hubReachable = false

  const controller = pipelineController({
    settings,
    pods: {
      builderImage: options.builderImage,
      registryHost: config.registryHost,
      cacheFolder: buildCacheOf(config),
      environment: await hostBuildEnvironment(),
    },
    stacks: await stackImagesIn(stacksFolder),
    planOf: planReader(repositories),
    files: fileReader({
      surroundings,
      read: (one, sha, path, limit) =>
        repositories.read({ project: one.metadata.namespace ?? '', app: one.metadata.name }, sha, path, limit),
      isTrusted: (one) => isTrusted(client, one),
      templates: (project) => storedTemplates(client, project),
    }),
    surroundings,
    registryAliases: [
      `localhost:${config.ports.registry}`,
      `127.0.0.1:${config.ports.registry}`,
      `${config.nodeIP}:${config.ports.registry}`,
    ],
    machine: hostname(),
    secretsFor: (reader) => valuesFor(client, reader),
    repositoryKey: (one) => findRepositoryKey(client, one),
    runData: runDataReader(client),
    hasPod: async (name) => (await client.find(pod, { namespace: buildNamespace, name })) !== undefined,
    processes: processProbe({ client }),
    feeder: feeder(client),
    nodes: async () =>
      (await client.list(node)).items.map(({ metadata, status }) => ({
        os: status?.nodeInfo?.operatingSystem ?? 'linux',
        arch: status?.nodeInfo?.architecture ?? '',
        labels: metadata.labels ?? {},
      })),
    hasImage: async (repository, tag) => (await registry.client.digestOf(repository, tag)) !== undefined,
    obstacle: registry.obstacle,
    hubReachable: () => hubReachable,
    offlineBases: debianTags.filter((tag) => tag !== 'latest').map((tag) => `debian:${tag}`),
    repositoryURL: (project, app) => `${config.platformURL}/git/${project}/${app}.git`,
    fetchTicket: (run) => fetchTicket(ticketKey, run),
    pushConfigJson: registry.pushConfigJson,
    disk: diskReader(config.home),
    diskFolder: config.home,
    logs: { store, collector },
  })

  async function applyObjects() {
    const objects = builderObjects({ registryHost: config.registryHost, hubReachable }, config.network)
    const how = { fieldManager, force: true }
    await client.apply(namespace, objects.namespace, how)
    await client.apply(priorityClass, objects.priorityClass, how)
    await client.apply(configMap, objects.configMap, how)
    await client.apply(networkPolicy, objects.networkPolicy, how)
  }

  /** Networks come and go: the order of registries follows. */
  async function watchHub(signal: AbortSignal) {
    while (!signal.aborted) {
      await wait(hubEveryMs, undefined, { signal, ref: false }).catch(() => undefined) // the loop's condition sees the end
      if (signal.aborted) return
      const answers = await hubAnswers()
      if (answers === hubReachable) continue
      hubReachable = answers
      await applyObjects().catch((error: Error) => {
        hubReachable = !answers
        log.warn('the order of registries could not be changed; trying again', { error })
      })
    }
  }

  /** Once in a while, what killed processes left and caches nobody needs. */
  async function clearAway(signal: AbortSignal) {
    for (let afterMs = 60_000; ; afterMs = sweepEveryMs) {
      await wait(afterMs, undefined, { signal, ref: false }).catch(() => undefined) // checked right below
      if (signal.aborted) return
      try {
        const objects = await sweepObjects(client, settings, options.now())
        const layers = await sweepLayers(client, buildCacheOf(config), settings, options.now())
        if (objects + layers.length > 0) log.info('cleared away after builds', { objects, layers })
      } catch (error) {
        log.warn('what builds left could not be cleared away; trying again later', { error })
      }
    }
  }

  return {
    controllers: [controller],
    async start(signal) {
      hubReachable = await hubAnswers()
      await applyObjects()
      clearAway(signal).catch((error: Error) => log.error('clearing away ended', { error }))
      watchHub(signal).catch((error: Error) => log.error('watching Docker Hub ended', { error }))
    },
    close: () => collector.close(),
  }
}
