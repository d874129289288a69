import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { deployment } from '@sampan/resources/apps/deployment'
import { type Config, stateOf } from '../apps/server/src/config.ts'
import { instanceFor } from '../test/support/instance.ts'
import { ownCpuOf } from './processor.ts'

const watchMs = 60_000

/** What the engine costs while as many pods as a node takes run and nothing happens. */
export async function idleBench(): Promise<void> {
  const instance = instanceFor('benchidle', 9)
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const config = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as Config
  const { images } = config
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
    const pidOf = (name: string) => Number(readFileSync(`${instance.home}/run/${name}.pid`, 'utf8'))
    const groups = {
      engine: [pidOf('engine')],
      platform: [pidOf('platform')],
      containerd: [pidOf('containerd')],
      shims: shimsOf(stateOf(config)),
    }
    const before = Object.values(groups).map(ownCpuOf)
    await new Promise((resolve) => setTimeout(resolve, watchMs))
    console.log('107 idle pods, in % of a core (promise: engine below 5)')
    for (const [index, [name, pids]] of Object.entries(groups).entries()) {
      const share = (ownCpuOf(pids) - before[index]!) / 1000 / watchMs
      console.log(`${name.padEnd(12)}${(share * 100).toFixed(1).padStart(6)}`)
    }
  } finally {
    await transport.close?.()
    await instance.uninstall()
  }
}

/** The runtime's processes beside the containers: children of nobody, known by where they were told to listen. */
function shimsOf(state: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const words = wordsOf(pid)
      return words[0]?.endsWith('containerd-shim-runc-v2') && words.some((word) => word.startsWith(`${state}/`))
    })
}

function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
