import type { Container } from './pod/containers.ts'
import { readBelow } from './volumes/sub-path.ts'
import type { HostVolume } from './volumes/volumes.ts'

/** More is no list of variables. */
const mostBytes = 64 * 1024

/** Files of the pod's volumes its variables are read from, as `volume/path`. Throws MountError for one that is none. */
export async function envFiles(
  { env }: Container,
  volumes: ReadonlyMap<string, HostVolume>,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const { valueFrom } of env ?? []) {
    const { volumeName, path } = valueFrom?.fileKeyRef ?? {}
    const volume = volumeName && volumes.get(volumeName)
    if (!volume || !path) continue
    const text = await readBelow(volume.path, path, mostBytes)
    if (text !== undefined) files.set(`${volumeName}/${path}`, text)
  }
  return files
}
