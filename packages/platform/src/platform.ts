import { readFile } from 'node:fs/promises'
import { caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Controller } from '@sampan/control/controller'
import { metricsRegistry } from '@sampan/control/metrics'
import { runControllers } from '@sampan/control/run-controllers'
import { createRouter, type Router } from '@sampan/http/router'
import { staticFiles } from '@sampan/http/static-files'
import type { Log } from '@sampan/kit/log'
import { ourKinds } from '@sampan/resources/sampan/kinds'
import { user } from '@sampan/resources/sampan/user'
import { createAccounts } from './access/accounts.ts'
import { type AdminFiles, ensureAdmin } from './access/first-admin.ts'
import { followSignIns } from './access/sign-ins.ts'
import { sweepTokens } from './access/tokens.ts'
import type { ApiContext } from './api/context.ts'
import { kubeSocket } from './api/kube-socket.ts'
import { apiRoutes } from './api/routes.ts'
import { identify, tokenIn } from './api/sessions.ts'
import { streamSocket } from './api/stream-socket.ts'
import { appController } from './apps/controller.ts'
import type { PlatformConfig } from './config.ts'
import { createDelivery } from './delivery.ts'
import { environmentController } from './environments/controller.ts'
import { install } from './install.ts'
import { kindOf } from './kind-of.ts'
import type { PartOptions } from './part.ts'
import { projectController } from './projects/controller.ts'
import { rolloutController } from './rollouts/controller.ts'
import { answersAsItShould } from './rollouts/front-door.ts'
import { lookUp } from './rollouts/name-server.ts'
import type { Probes } from './rollouts/stages.ts'

export interface PlatformOptions {
  client: Client
  config: PlatformConfig
  log: Log
  /** Where the first administrator's password and the command line's token are written. */
  adminFiles: AdminFiles
  /** Names of the system images on the node, and the archive of the base. */
  images: { registry?: string; builder: string; baseArchive?: string }
  /** Folder of the built console; without one there is none. */
  console?: string
  now?: () => Date
}

export interface Platform {
  /** The HTTP side; `closing` ends its streams. */
  router(closing: AbortSignal): Router
  /** Resolves when every controller works. */
  synced: Promise<void>
  close(): Promise<void>
}

/**
 * Installs what the platform needs in the cluster, starts its parts and controllers. Throws when the cluster cannot be
 * reached or refuses: starting again is the cure, nothing half done is left.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { client, config, log, images, now = () => new Date() } = options
  const ended = new AbortController()
  const { signal } = ended
  await install(client, signal)
  const accounts = createAccounts({ client, now })
  await ensureAdmin(client, accounts, options.adminFiles)
  await sweepTokens(client, now())

  const common: PartOptions = { client, config, log, access: accounts, now }
  const caches = openCaches({ client, log })
  const { parts, git, sources, registry, readLog, forget } = await createDelivery({ ...common, images, caches })

  const metrics = metricsRegistry()
  const urlOf = (host: string) => `http://${host}${config.ports.http === 80 ? '' : `:${config.ports.http}`}`
  const shared = { client, kindOf: kindOf(client), signal, log }
  const controllers: Controller[] = [
    projectController(),
    environmentController({ domain: config.domain, pullConfigJson: registry.pullConfigJson }),
    appController({ ...shared, forget, factsOf: registry.factsOf }),
    rolloutController({ ...shared, probes: probesOf(config, signal), urlOf }),
    ...parts.flatMap((part) => part.controllers ?? []),
  ]
  // Everything the API reads is in the caches before the first request.
  const known = Promise.all(ourKinds.map((kind) => caches.of(kind).synced))
  const signIns = followSignIns({ client, users: caches.of(user), onEnd: accounts.doubt, now, log })
  const running = runControllers({ client, controllers, caches, log, metrics, signal })
  await known
  for (const part of parts) await part.start?.(signal)

  const context: ApiContext = {
    client,
    caches,
    accounts,
    config,
    log,
    now,
    metrics,
    readLog,
    repositories: git.repositories,
    git,
    sources,
    factsOf: registry.factsOf,
    urlOf,
    version: await versionOf(),
  }
  return {
    synced: running.synced,
    router: (closing) =>
      createRouter({
        routes: apiRoutes(context),
        sockets: [kubeSocket(), streamSocket()],
        mounts: parts.flatMap((part) => [...(part.handlers ?? [])]),
        fallback: options.console ? staticFiles({ root: options.console }) : undefined,
        identify: identify(accounts),
        untilOver: ({ headers }, { name }, end) => signIns.wait({ user: name, token: tokenIn(headers) }, end),
        apiFor: ({ name, groups }) => client.as({ name, groups: [...groups] }),
        log,
        closing,
      }),
    async close() {
      ended.abort()
      for (const part of parts.toReversed()) await part.close?.()
      await signIns.close()
      await running.close()
      await caches.close()
    },
  }
}

/** How rollouts ask the name server and the front door. */
const probesOf = ({ network, ports }: PlatformConfig, signal: AbortSignal): Probes => ({
  lookUp: (name, type) => lookUp(network.dnsIP, name, type),
  async frontDoor(address, host, check) {
    try {
      return await answersAsItShould({ address, port: ports.http }, host, check, signal)
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) throw error
      return { ok: false, why: `does not answer (${error.message})` }
    }
  },
})

async function versionOf(): Promise<string> {
  const own = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(own) as { version: string }).version
}
