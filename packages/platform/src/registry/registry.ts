import { join } from 'node:path'
import { deployment } from '@sampan/resources/apps/deployment'
import { configMap } from '@sampan/resources/core/config-map'
import { service } from '@sampan/resources/core/service'
import type { Part, PartOptions } from '../part.ts'
import { isRunning } from '../pipelines/is-running.ts'
import { pullConfigJson, pushConfigJson } from './credentials.ts'
import type { RegistryKeys } from './keys.ts'
import { registryObjects } from './objects.ts'
import { type RegistryClient, registryClient } from './registry-client.ts'
import { tokenRoute } from './route.ts'
import { accessToken } from './token.ts'

export interface RegistryOptions extends PartOptions {
  keys: RegistryKeys
  /** Signs the tickets of robots. */
  ticketKey: Uint8Array
  /** Name of the registry's image on the node; without one, a registry outside is used as it is. */
  image?: string
}

export interface Registry extends Part {
  /** Speaks to the registry as the platform: every right. */
  client: RegistryClient
  /** Data of the image pull Secret of a project's environments. */
  pullConfigJson(project: string): string
  /** Credentials of one run, for one repository. */
  pushConfigJson(run: { subject: string; pipeline?: string; repository: string; until: Date }): string
}

const fieldManager = 'sampan-registry'

/** The built-in registry: its objects in the cluster, its token service here, and credentials for robots. */
export function createRegistry({ client, config, access, now, keys, ticketKey, image }: RegistryOptions): Registry {
  const credentials = { key: ticketKey, registryHost: config.registryHost }
  const handle = tokenRoute({ keys, ticketKey, access, now, isRunning: (pipeline) => isRunning(client, pipeline) })
  return {
    client: registryClient({
      url: `http://127.0.0.1:${config.ports.registry}`,
      token: (name, actions) => accessToken(keys, 'sampan', [{ type: 'repository', name, actions }], now()),
    }),
    pullConfigJson: (project) => pullConfigJson(credentials, project),
    pushConfigJson: (run) => pushConfigJson(credentials, run),
    handlers: [{ prefix: '/registry/token', handle }],
    async start() {
      if (!image) return
      const objects = registryObjects({ config, image, folder: join(config.home, 'registry') })
      const how = { fieldManager, force: true }
      await client.apply(configMap, objects.configMap, how)
      await client.apply(service, objects.service, how)
      await client.apply(deployment, objects.deployment, how)
    },
  }
}
