import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../pod/config-error.ts'
import type { BindMount } from '../pod/container-config.ts'
import type { Container } from '../pod/containers.ts'
import { expand } from '../pod/expand.ts'
import { MountError } from './payload.ts'
import { mountSubPath } from './sub-path.ts'
import type { HostVolume } from './volumes.ts'

const propagations = { None: 'private', HostToContainer: 'hostToContainer', Bidirectional: 'bidirectional' } as const

/** The volume mounts of a container; sub-paths are mounted aside, under `podFolder`. Throws MountError. */
export async function volumeMounts(
  container: Container,
  volumes: ReadonlyMap<string, HostVolume>,
  env: ReadonlyMap<string, string>,
  podFolder: string,
): Promise<BindMount[]> {
  const mounts: BindMount[] = []
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const volume = volumes.get(mount.name)
    if (!volume) continue
    if (volume.isDevice)
      throw new MountError(`volume ${mount.name} has volumeMode Block, but is specified in volumeMounts`)
    if (mount.recursiveReadOnly === 'Enabled')
      throw new ConfigError(
        `failed to resolve recursive read-only mode: volume "${mount.name}" requested recursive read-only mode, but it is not supported by the runtime`,
      )
    const subPath = mount.subPathExpr ? expanded(mount.subPathExpr, env) : (mount.subPath ?? '')
    let hostPath = volume.path
    if (subPath) {
      hostPath = join(podFolder, 'sub-paths', container.name, String(index))
      await mountSubPath(volume.path, subPath, hostPath)
    }
    mounts.push({
      hostPath,
      containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      readonly: volume.readonly || mount.readOnly === true,
      propagation: propagations[(mount.mountPropagation ?? 'None') as keyof typeof propagations] ?? 'private',
    })
  }
  return mounts
}

/** The block devices of a container; `r` for one that may only be read. Throws MountError. */
export function volumeDevices(container: Container, volumes: ReadonlyMap<string, HostVolume>) {
  return (container.volumeDevices ?? []).map(({ name, devicePath }) => {
    const volume = volumes.get(name)
    if (!volume?.isDevice)
      throw new MountError(`volume ${name} has volumeMode Filesystem, but is specified in volumeDevices`)
    return { hostPath: volume.path, containerPath: devicePath, permissions: volume.readonly ? 'r' : 'mrw' }
  })
}

/** Unlike in commands, every variable must have a value: a path made of half of them would be somebody else's. */
function expanded(expression: string, env: ReadonlyMap<string, string>): string {
  for (const [, name = ''] of expression.replaceAll('$$', '').matchAll(/\$\(([^)]*)\)/g))
    if (!env.has(name)) throw new MountError(`failed to expand subPathExpr ${expression}: ${name} has no value`)
  return expand(expression, env)
}

/** /etc/hosts, unless the container mounts one itself. `text` is what the file shall say. */
export async function hostsMount(container: Container, podFolder: string, text: string): Promise<BindMount[]> {
  if (container.volumeMounts?.some(({ mountPath }) => mountPath === '/etc/hosts')) return []
  const path = join(podFolder, 'etc-hosts')
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (before !== text) {
    await mkdir(podFolder, { recursive: true })
    await writeFile(path, text, { mode: 0o644 })
  }
  return [{ hostPath: path, containerPath: '/etc/hosts' }]
}

/** An empty file for the termination message of one container, writable by whoever the container runs as. */
export async function messageFile(podFolder: string, name: string, attempt: number): Promise<string> {
  const folder = join(podFolder, 'containers', name)
  await mkdir(folder, { recursive: true })
  const path = join(folder, String(attempt))
  await writeFile(path, '')
  await chmod(path, 0o666)
  return path
}
