import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { waitAfter } from '@sampan/kit/backoff'
import { deployment } from '@sampan/resources/apps/deployment'
import { configMap } from '@sampan/resources/core/config-map'
import { service } from '@sampan/resources/core/service'
import type { Part, PartOptions } from '../part.ts'
import { isRunning } from '../pipelines/is-running.ts'
import { addressRules, allowedOrigins } from '../sources/address-rules.ts'
import { pullConfigJson, pushConfigJson } from './credentials.ts'
import { type ImageFacts, imageFacts } from './image-facts.ts'
import type { RegistryKeys } from './keys.ts'
import { registryObjects } from './objects.ts'
import { type RegistryClient, registryClient } from './registry-client.ts'
import { tokenRoute } from './route.ts'
import { debianTags, seedImage } from './seed.ts'
import { accessToken } from './token.ts'

export interface RegistryOptions extends PartOptions {
  keys: RegistryKeys
  /** Signs the tickets of robots. */
  ticketKey: Uint8Array
  /** Name of the registry's image on the node; without one, a registry outside is used as it is. */
  image?: string
  /** OCI archive of the Debian base on this machine, pushed to `library/debian` when the registry is up. */
  baseArchive?: string
}

export interface Registry extends Part {
  /** Speaks to the registry as the platform: every right. */
  client: RegistryClient
  /** Why nothing can be pushed or pulled yet; undefined once the registry is up and has its bases. */
  obstacle(): string | undefined
  /** Data of the image pull Secret of a project's environments. */
  pullConfigJson(project: string): string
  /** Credentials of one run, for one repository. */
  pushConfigJson(run: { subject: string; pipeline?: string; repository: string; until: Date }): string
  /** What a registry says about an image that a project names. Throws ImageUnknown. */
  factsOf(image: string, project: string): Promise<ImageFacts>
}

const fieldManager = 'sampan-registry'

/** The built-in registry: its objects in the cluster, its token service here, and credentials for robots. */
export function createRegistry(options: RegistryOptions): Registry {
  const { client, config, log, access, now, keys, ticketKey, image, baseArchive } = options
  let obstacle: string | undefined = 'the registry is not up yet'
  const credentials = { key: ticketKey, registryHost: config.registryHost }
  const handle = tokenRoute({ keys, ticketKey, access, now, isRunning: (pipeline) => isRunning(client, pipeline) })
  const url = `http://127.0.0.1:${config.ports.registry}`
  const token = (name: string, actions: string[]) =>
    accessToken(keys, 'sampan', [{ type: 'repository', name, actions }], now())
  const own = registryClient({ url, token })
  const allowed = () => allowedOrigins(client)
  const factsOf = imageFacts({
    rules: addressRules({ config, allowed }),
    allowed,
    ...(image && { own: { host: config.registryHost, url, token: (repository) => token(repository, ['pull']) } }),
  })

  /** Tries until the registry has what builds start from: it may be started after us. */
  async function prepare(signal: AbortSignal) {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const seed = { repository: 'library/debian', tags: debianTags }
        if (baseArchive) await seedImage(own, { ...seed, archive: baseArchive })
        else await own.tags(seed.repository)
        obstacle = undefined
        return
      } catch (error) {
        obstacle = `the registry is not ready: ${(error as Error).message || 'it does not answer'}`
        if (failures % 60 === 0) log.warn('the registry is not ready', { error })
      }
      await wait(waitAfter(failures, { first: 200, most: 2000 }), undefined, { signal }).catch(() => undefined) // the loop's condition sees the end
    }
  }

  return {
    client: own,
    factsOf,
    obstacle: () => obstacle,
    pullConfigJson: (project) => pullConfigJson(credentials, project),
    pushConfigJson: (run) => pushConfigJson(credentials, run),
    handlers: [{ prefix: '/registry/token', handle }],
    async start(signal) {
      prepare(signal).catch((error: Error) => log.error('preparing the registry ended', { error }))
      if (!image) return
      const objects = registryObjects({ config, image, folder: join(config.home, 'registry') })
      const how = { fieldManager, force: true }
      await client.apply(configMap, objects.configMap, how)
      await client.apply(service, objects.service, how)
      await client.apply(deployment, objects.deployment, how)
    },
  }
}
