import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unitsOf } from '@sampan/kit/quantity'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { writeAtomically } from './atomic-folder.ts'
import { giveToGroup } from './fs-group.ts'
import { checkHostPath } from './host-path.ts'
import { isMounted, mountAt, unmountUnder } from './mounts.ts'
import { isPayload, MountError, type PayloadSources, payloadOf, type Volume } from './payload.ts'

/** Where a volume is on this machine. */
export interface HostVolume {
  path: string
  readonly: boolean
}

export interface VolumeSources extends PayloadSources {
  claim(name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
}

export interface VolumeFolders {
  /** On disk, one folder per pod uid. */
  pods: string
  /** On a tmpfs: secrets never touch the disk. */
  memory: string
}

export interface Prepared {
  volumes: Map<string, HostVolume>
  /** When to prepare again although nothing changed. Milliseconds since 1970. */
  refreshAt?: number
}

/**
 * Makes all volumes of a pod, or brings them up to date: run again, it changes only what differs. Throws MountError for
 * the first that cannot be made now.
 */
export async function prepareVolumes(pod: Pod, folders: VolumeFolders, sources: VolumeSources): Promise<Prepared> {
  const volumes = new Map<string, HostVolume>()
  let refreshAt: number | undefined
  const used = usedVolumes(pod)
  await Promise.all(
    (pod.spec.volumes ?? [])
      .filter(({ name }) => used.has(name))
      .map(async (volume) => {
        const made = await prepare(pod, volume, folders, sources)
        volumes.set(volume.name, made)
        if (made.refreshAt !== undefined) refreshAt = Math.min(refreshAt ?? made.refreshAt, made.refreshAt)
      }),
  )
  return { volumes, ...(refreshAt !== undefined && { refreshAt }) }
}

function usedVolumes({ spec }: Pod): Set<string> {
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]
  return new Set(all.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)))
}

async function prepare(
  pod: Pod,
  volume: Volume,
  folders: VolumeFolders,
  sources: VolumeSources,
): Promise<HostVolume & { refreshAt?: number }> {
  const uid = pod.metadata.uid!
  const { fsGroup } = pod.spec.securityContext ?? {}
  if (isPayload(volume)) {
    const isSecret = Boolean(volume.secret || volume.projected)
    const path = join(isSecret ? folders.memory : folders.pods, uid, 'volumes', volume.name)
    const { files, refreshAt } = await payloadOf(pod, volume, sources)
    const runAsUser = fsGroup === undefined && volume.projected ? pod.spec.securityContext?.runAsUser : undefined
    await writeAtomically(path, files, { gid: fsGroup, uid: runAsUser })
    return { path, readonly: true, refreshAt }
  }
  if (volume.emptyDir) {
    const path = join(folders.pods, uid, 'volumes', volume.name)
    await prepareEmptyDir(path, volume.emptyDir, fsGroup)
    return { path, readonly: false }
  }
  if (volume.hostPath) {
    await checkHostPath(volume.hostPath.path, volume.hostPath.type ?? '')
    return { path: volume.hostPath.path, readonly: false }
  }
  if (volume.persistentVolumeClaim || volume.ephemeral) return prepareClaim(pod, volume, folders, sources)
  if (volume.nfs) return prepareNfs(join(folders.pods, uid, 'volumes', volume.name), volume.nfs)
  throw new MountError(`volume "${volume.name}": this kind of volume is not supported by the node`)
}

type EmptyDir = NonNullable<Volume['emptyDir']>

async function prepareEmptyDir(path: string, { medium, sizeLimit }: EmptyDir, fsGroup: number | undefined) {
  const isNew = (await mkdir(path, { recursive: true })) !== undefined
  if (medium === 'Memory' && !(await isMounted(path)))
    await mountAt('tmpfs', 'tmpfs', path, sizeLimit ? [`size=${unitsOf(sizeLimit)}`] : [])
  else if (!isNew) return
  await chmod(path, 0o777)
  if (fsGroup !== undefined) await giveToGroup(path, fsGroup)
}

async function prepareClaim(pod: Pod, volume: Volume, folders: VolumeFolders, sources: VolumeSources) {
  const name = volume.persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${volume.name}`
  const claim = sources.claim(name)
  if (!claim) throw new MountError(`persistentvolumeclaim "${name}" not found`)
  if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName)
    throw new MountError(`persistentvolumeclaim "${name}" is not bound`)
  const bound = sources.volume(claim.spec.volumeName)
  if (!bound) throw new MountError(`persistentvolume "${claim.spec.volumeName}" not found`)
  const { hostPath, local, nfs } = bound.spec
  const readonly = volume.persistentVolumeClaim?.readOnly ?? false
  if (nfs)
    return prepareNfs(join(folders.pods, pod.metadata.uid!, 'volumes', volume.name), { ...nfs, readOnly: readonly })
  const path = hostPath?.path ?? local?.path
  if (!path)
    throw new MountError(`persistentvolume "${bound.metadata.name}": this kind of volume is not supported by the node`)
  await checkHostPath(path, hostPath ? (hostPath.type ?? '') : '')
  if (hostPath && hostPath.type === '') await mkdir(path, { recursive: true })
  const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {}
  if (fsGroup !== undefined && !readonly && local)
    await giveToGroup(path, fsGroup, fsGroupChangePolicy === 'OnRootMismatch')
  return { path, readonly }
}

async function prepareNfs(
  path: string,
  { server, path: share, readOnly }: { server: string; path: string; readOnly?: boolean },
) {
  await mkdir(path, { recursive: true })
  if (!(await isMounted(path))) {
    await mountAt('nfs', `${server}:${share}`, path, readOnly ? ['ro'] : []).catch((cause: Error) => {
      throw new MountError(`mounting ${server}:${share} failed: ${cause.message}`, { cause })
    })
  }
  return { path, readonly: readOnly ?? false }
}

/** Removes everything a pod had on this machine: mounts first, so that nothing behind them is touched. */
export async function removePodFolders(uid: string, folders: VolumeFolders): Promise<void> {
  for (const folder of [join(folders.pods, uid), join(folders.memory, uid)]) {
    await unmountUnder(folder)
    await rm(folder, { recursive: true, force: true })
  }
}
