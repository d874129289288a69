import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cniConfig } from './cni-config.ts'
import { containerdConfig } from './containerd-config.ts'
import { type RegistryHost, registryFolder, registryHosts } from './registry-hosts.ts'

export interface RuntimeSetup {
  /** Instance data on disk: `<home>/containerd`. */
  root: string
  /** What a reboot wipes: `/run/sampan/<name>`. */
  state: string
  /** File the configuration goes to: `<home>/containerd.toml`. */
  configFile: string
  sandboxImage: string
  bridge: string
  podCIDR: string
  registries: readonly RegistryHost[]
  cniBinDir: string
  snapshotter: 'overlayfs' | 'native'
  restrictOomScore: boolean
}

/** Where an instance's CRI socket is. */
export const runtimeSocket = (state: string) => join(state, 'containerd.sock')

/** Every file the container runtime needs before it starts, as path and text. */
export function runtimeFiles(setup: RuntimeSetup): { path: string; text: string }[] {
  const confDir = join(setup.root, 'cni')
  const registryConfigDir = join(setup.root, 'registries')
  return [
    {
      path: setup.configFile,
      text: containerdConfig({
        root: join(setup.root, 'data'),
        state: join(setup.state, 'containerd'),
        socket: runtimeSocket(setup.state),
        sandboxImage: setup.sandboxImage,
        cni: { confDir, binDir: setup.cniBinDir },
        registryConfigDir,
        snapshotter: setup.snapshotter,
        restrictOomScore: setup.restrictOomScore,
      }),
    },
    {
      path: join(confDir, '10-sampan.conflist'),
      text: cniConfig({ bridge: setup.bridge, podCIDR: setup.podCIDR, dataDir: join(setup.state, 'addresses') }),
    },
    ...setup.registries.map((registry) => ({
      path: join(registryConfigDir, registryFolder(registry), 'hosts.toml'),
      text: registryHosts(registry),
    })),
  ]
}

/** Writes them, each in one step. True when the runtime's own configuration differs from what a running one has read. */
export async function writeRuntimeFiles(setup: RuntimeSetup): Promise<boolean> {
  let isChanged = false
  for (const { path, text } of runtimeFiles(setup)) {
    const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (before === text) continue
    if (path === setup.configFile && before !== undefined) isChanged = true
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  return isChanged
}
