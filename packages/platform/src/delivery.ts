import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Caches } from '@sampan/client/caches'
import type { AppName } from './git/repositories.ts'
import { createGit, type Git } from './git/server.ts'
import { keptSecret } from './kept-secret.ts'
import type { ReadPipelineLog } from './logs/pipeline-log.ts'
import type { Part, PartOptions } from './part.ts'
import { buildCacheOf, createBuildLogs, createPipelines, type PipelineOptions } from './pipelines/pipelines.ts'
import { dropPreview, ensurePreview } from './previews/previews.ts'
import { registryKeys } from './registry/keys.ts'
import { createRegistry, type Registry } from './registry/registry.ts'
import { createSources, type Sources } from './sources/sources.ts'

export interface DeliveryOptions extends PartOptions {
  images: {
    /** Name of the builder image on the node. */
    builder: string
    /** Name of the registry's image on the node; without one the registry is somebody else's business. */
    registry?: string
    /** OCI archive of the Debian base, on this machine: what `FROM debian:…` means where no registry can be reached. */
    baseArchive?: string
  }
  settings?: PipelineOptions['settings']
  /** Whoever follows a run sees its changes here. */
  caches?: Pick<Caches, 'of'>
}

/** From a push to an image: git, registry and pipelines, which know each other. */
export interface Delivery {
  parts: readonly Part[]
  git: Git
  sources: Sources
  registry: Registry
  /** What the steps of a Pipeline said, also long after. */
  readLog: ReadPipelineLog
  /** Takes away what an app has on disk, repository and build cache: one made later under its name starts afresh. */
  forget(app: AppName): Promise<void>
}

/** Needs the system namespace: keys are kept in Secrets there. */
export async function createDelivery({ images, settings, ...options }: DeliveryOptions): Promise<Delivery> {
  const { client } = options
  const keys = await registryKeys(client)
  const { key } = await keptSecret(client, 'ticket-key', async () => ({ key: randomBytes(32) }))
  const logs = createBuildLogs(options)
  const registry = createRegistry({
    ...options,
    keys,
    ticketKey: key,
    image: images.registry,
    baseArchive: images.baseArchive,
  })
  const git = createGit({
    ...options,
    key,
    readLog: logs.read,
    preview: async (app, arrival) => void (await ensurePreview(options, app, arrival)),
    gone: (app, ref) => dropPreview(options, app, ref),
  })
  const sources = createSources({ ...options, git, key })
  const pipelines = await createPipelines({
    ...options,
    settings,
    ticketKey: key,
    repositories: git.repositories,
    registry,
    logStore: logs.store,
    builderImage: images.builder,
  })
  // The registry first: what the others start may need it.
  return {
    parts: [registry, pipelines, git, sources],
    git,
    sources,
    registry,
    readLog: logs.read,
    async forget(app) {
      await git.repositories.remove(app)
      await sources.forget(app)
      await rm(join(buildCacheOf(options.config), app.project, app.app), { recursive: true, force: true })
    },
  }
}
