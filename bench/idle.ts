import { existsSync, readFileSync } from 'node:fs'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { deployment } from '@sampan/resources/apps/deployment'
import type { Config } from '../apps/server/src/config.ts'
import { instanceFor } from '../test/support/instance.ts'
import { cpuOf } from './http-rate.ts'

const watchMs = 60_000

/** What the engine costs while as many pods as a node takes run and nothing happens. */
export async function idleBench(): Promise<void> {
  const instance = instanceFor('benchidle', 9)
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const { images } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as Config
  const transport = httpTransport(await readKubeconfig(`${instance.home}/kubeconfig`))
  const client = clientOver(transport)
  const labels = { app: 'idle' }
  try {
    const made = await client.create(deployment, {
      metadata: { namespace: 'default', name: 'idle' },
      spec: {
        replicas: 107, // beside the two of the system and one to spare
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            automountServiceAccountToken: false,
            containers: [{ name: 'main', image: images.registry, command: ['sleep', '100000'] }],
          },
        },
      },
    } as never)
    for (let ready = 0; ready < 107; ) {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      ready = (await client.get(deployment, made.metadata)).status?.readyReplicas ?? 0
    }
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    const pids = [Number(readFileSync(`${instance.home}/run/engine.pid`, 'utf8'))]
    const before = cpuOf(pids)
    await new Promise((resolve) => setTimeout(resolve, watchMs))
    const share = (cpuOf(pids) - before) / 1000 / watchMs
    console.log(`engine with 107 idle pods: ${(share * 100).toFixed(1)} % of a core (promise: 5)`)
  } finally {
    await transport.close?.()
    await instance.uninstall()
  }
}
