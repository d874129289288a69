import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { serve } from '@sampan/http/serve'
import { jsonLog, type Log } from '@sampan/kit/log'
import { startPlatform } from '@sampan/platform/platform'
import type { Transport } from '@sampan/resources/transport'
import { type Config, pathsOf, savedConfig } from './config.ts'
import { runUntilStopped } from './run-until-stopped.ts'

export interface PlatformServer {
  close(): Promise<void>
}

/** The process `platform` of an instance. */
export async function runPlatform(home: string): Promise<number> {
  const config = savedConfig(home)
  if (!config) throw new Error(`${home} has no config.json: "sampan up" writes it`)
  return runUntilStopped(() => servePlatform(config, jsonLog()))
}

/** Console, API, git and controllers over the cluster of the platform's kubeconfig. Resolves when they serve. */
export async function servePlatform(config: Config, log: Log): Promise<PlatformServer> {
  const paths = pathsOf(config.home)
  const transport = httpTransport(await readKubeconfig(paths.platformKubeconfig))
  await answering(transport)
  const pages = join(import.meta.dirname, '../../web/dist')
  const platform = await startPlatform({
    client: clientOver(transport),
    config,
    log,
    adminFiles: { password: paths.adminPassword, token: paths.adminToken },
    images: { registry: config.images.registry, builder: config.images.builder, baseArchive: config.baseArchive },
    ...(existsSync(pages) && { console: pages }),
  })
  const served = await serve((closing) => platform.router(closing), { port: config.ports.platform })
  return {
    async close() {
      await served.close(1000)
      await platform.close()
      await transport.close?.()
    },
  }
}

const patienceMs = 60_000

/** The API may be starting as well: after a crash of both, each waits for nobody but what it needs. */
async function answering(transport: Transport): Promise<void> {
  for (const until = Date.now() + patienceMs; ; await sleep(50)) {
    try {
      const { status } = await transport.send({ method: 'GET', path: '/readyz' })
      if (status === 200) return
    } catch (error) {
      if (Date.now() > until)
        throw new Error(`the Kubernetes API does not answer within ${patienceMs / 1000} s`, { cause: error })
    }
  }
}
