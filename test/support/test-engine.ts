import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silent } from '@sampan/kit/log'
import { startContainerd } from '@sampan/node/test-containerd'
import { type Config, configFrom } from '../../apps/server/src/config.ts'
import { startEngine } from '../../apps/server/src/engine.ts'
import { freePort } from './free-port.ts'

/** A whole engine in this process: API over TLS, controllers, scheduler, node on a real containerd, network. No platform. */
export interface TestEngine {
  /** File; the user is the administrator. */
  kubeconfig: string
  nodeName: string
  /** Image with the usual applets. */
  busybox: string
  close(): Promise<void>
}

/** `name`: at most 6 letters; `subnet` (0–59): both unlike every other's on this machine. */
export async function startTestEngine(name: string, subnet: number): Promise<TestEngine> {
  const containerd = await startContainerd(name, subnet)
  const { home, bridge, podCIDR, busybox } = containerd
  const api = await freePort()
  const base = configFrom({ name, home, subnet, ports: { api } })
  const config: Config = {
    ...base,
    name: `test-${name}`,
    network: { ...base.network, bridge, podCIDR },
    images: { base: '', pause: '', ingress: '', registry: '', builder: '' },
    baseArchive: '',
  }
  writeFileSync(join(home, 'config.json'), JSON.stringify(config))
  const engine = await startEngine(config, silent).catch(async (error: unknown) => {
    await containerd.stop()
    throw error
  })
  return {
    kubeconfig: join(home, 'kubeconfig'),
    nodeName: config.nodeName,
    busybox,
    async close() {
      await engine.close()
      await containerd.stop()
    },
  }
}
