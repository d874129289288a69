import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unitsOf } from '@sampan/kit/quantity'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { type CsiSources, type CsiVolume, ephemeralVolume, persistentCsiVolume } from '../csi/csi-volume.ts'
import { podLimits } from '../pod/resources.ts'
import { writeAtomically } from './atomic-folder.ts'
import { giveToGroup } from './fs-group.ts'
import { checkHostPath } from './host-path.ts'
import { isMounted, mountAt, unmountUnder } from './mounts.ts'
import { isPayload, MountError, onlyUser, type PayloadSources, payloadOf, type Volume } from './payload.ts'

/** Where a volume is on this machine. */
export interface HostVolume {
  path: string
  readonly: boolean
  /** It has no files: containers get it as a device. */
  isDevice?: boolean
}

/** An image whose files a volume shows. */
export interface ImageSource {
  reference: string
  pullPolicy?: string
  path: string
  /** Of the runtime's look into the image, as long as the pod lives. */
  key: string
}

export interface VolumeSources extends PayloadSources, CsiSources {
  /** Makes a volume of a driver and says where it is. Throws MountError. */
  publish(volume: CsiVolume): Promise<string>
  /** The claim's volume is as large as the volume says, now also for pods. Never throws. */
  grow(volume: CsiVolume, claim: PersistentVolumeClaim): Promise<void>
  /** Milliseconds since 1970. */
  now(): number
  /** Throws MountError, ImageError. */
  mountImage(source: ImageSource): Promise<void>
  claim(name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
}

export interface VolumeFolders {
  /** On disk, one folder per pod uid. */
  pods: string
  /** On a tmpfs: secrets never touch the disk. */
  memory: string
}

/** Volumes whose sources are all there: nothing has been written yet. */
export interface VolumePlan {
  /** When to plan again although nothing changed. Milliseconds since 1970. */
  refreshAt?: number
  /** Makes them, or brings them up to date: what is right already stays untouched. Throws MountError. */
  make(): Promise<Map<string, HostVolume>>
}

/** Reads what a pod's volumes show. Throws MountError when something is missing. */
export async function planVolumes(pod: Pod, folders: VolumeFolders, sources: VolumeSources): Promise<VolumePlan> {
  const used = usedVolumes(pod)
  const plans = await Promise.all(
    (pod.spec.volumes ?? [])
      .filter(({ name }) => used.has(name))
      .map(async (volume) => {
        const plan = await naming(volume.name, () => planned(pod, volume, folders, sources))
        return { ...plan, name: volume.name, make: () => naming(volume.name, plan.make) }
      }),
  )
  const refreshes = plans.flatMap(({ refreshAt }) => refreshAt ?? [])
  return {
    ...(refreshes.length > 0 && { refreshAt: Math.min(...refreshes) }),
    async make() {
      const made = await Promise.all(plans.map(async ({ name, make }) => [name, await make()] as const))
      return new Map(made)
    },
  }
}

/** Its failures say which volume it was, as those of every node do. */
async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MountError) || /^(MountVolume|MapVolume|AttachVolume)\./.test(error.message)) throw error
    throw new MountError(`MountVolume.SetUp failed for volume "${name}" : ${error.message}`, { cause: error })
  }
}

function usedVolumes({ spec }: Pod): Set<string> {
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]
  return new Set(
    all.flatMap(({ volumeMounts = [], volumeDevices = [] }) =>
      [...volumeMounts, ...volumeDevices].map(({ name }) => name),
    ),
  )
}

interface OnePlan {
  refreshAt?: number
  make(): Promise<HostVolume>
}

async function planned(pod: Pod, volume: Volume, folders: VolumeFolders, sources: VolumeSources): Promise<OnePlan> {
  const uid = pod.metadata.uid!
  const { fsGroup } = pod.spec.securityContext ?? {}
  const onDisk = join(folders.pods, uid, 'volumes', volume.name)
  const { emptyDir, hostPath, nfs } = volume
  if (isPayload(volume)) {
    const isSecret = Boolean(volume.secret || volume.projected)
    const path = isSecret ? join(folders.memory, uid, 'volumes', volume.name) : onDisk
    const { files, refreshAt } = await payloadOf(pod, volume, sources)
    const owner = { gid: fsGroup, uid: fsGroup === undefined && volume.projected ? onlyUser(pod) : undefined }
    return {
      refreshAt,
      async make() {
        await writeAtomically(path, files, owner)
        return { path, readonly: true }
      },
    }
  }
  if (emptyDir)
    return {
      async make() {
        await prepareEmptyDir(onDisk, { inMemory: memorySize(pod, emptyDir, sources.facts.allocatable), fsGroup })
        return { path: onDisk, readonly: false }
      },
    }
  if (hostPath)
    return {
      async make() {
        await checkHostPath(hostPath.path, hostPath.type ?? '')
        return { path: hostPath.path, readonly: false }
      },
    }
  if (volume.csi) return published(await ephemeralVolume(pod, volume, sources), sources)
  if (volume.persistentVolumeClaim || volume.ephemeral) return planClaim(pod, volume, onDisk, sources)
  if (nfs) return { make: () => prepareNfs(onDisk, nfs) }
  if (volume.image) {
    const { reference = '', pullPolicy } = volume.image
    const path = join(folders.pods, uid, imagesFolder, volume.name)
    return {
      async make() {
        await sources.mountImage({ reference, pullPolicy, path, key: imageKey(uid, volume.name) })
        return { path, readonly: true }
      },
    }
  }
  throw new MountError(`volume "${volume.name}": this kind of volume is not supported by the node`)
}

const imagesFolder = 'images'
const imageKey = (uid: string, name: string) => `sampan-volume-${uid}-${name}`

type EmptyDir = NonNullable<Volume['emptyDir']>

/**
 * Bytes a volume in memory may hold: never more than the pod, or the node, has of it. Undefined for one on disk.
 * Upstream's SizeMemoryBackedVolumes.
 */
export function memorySize(
  pod: Pod,
  { medium, sizeLimit }: EmptyDir,
  allocatable: Readonly<Record<string, string>>,
): number | undefined {
  if (medium !== 'Memory') return undefined
  const most = podLimits(pod).memory ?? unitsOf(allocatable.memory ?? Number.MAX_SAFE_INTEGER)
  return sizeLimit && unitsOf(sizeLimit) > 0 ? Math.min(most, unitsOf(sizeLimit)) : most
}

async function prepareEmptyDir(
  path: string,
  { inMemory, fsGroup }: { inMemory: number | undefined; fsGroup: number | undefined },
) {
  const isNew = (await mkdir(path, { recursive: true })) !== undefined
  if (inMemory !== undefined && !(await isMounted(path))) await mountAt('tmpfs', 'tmpfs', path, [`size=${inMemory}`])
  else if (!isNew) return
  await chmod(path, 0o777)
  if (fsGroup !== undefined) await giveToGroup(path, fsGroup)
}

const republishMs = 60_000

const published = (volume: CsiVolume, sources: VolumeSources, claim?: PersistentVolumeClaim): OnePlan => ({
  ...(volume.republishes && { refreshAt: sources.now() + republishMs }),
  async make() {
    const path = await sources.publish(volume)
    if (claim && volume.growsTo !== undefined) await sources.grow(volume, claim)
    return { path, readonly: volume.readonly, ...(volume.isBlock && { isDevice: true }) }
  },
})

async function planClaim(pod: Pod, volume: Volume, onDisk: string, sources: VolumeSources): Promise<OnePlan> {
  const name = volume.persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${volume.name}`
  const claim = sources.claim(name)
  if (!claim) throw new MountError(`persistentvolumeclaim "${name}" not found`)
  if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName)
    throw new MountError(`persistentvolumeclaim "${name}" is not bound`)
  const bound = sources.volume(claim.spec.volumeName)
  if (!bound) throw new MountError(`persistentvolume "${claim.spec.volumeName}" not found`)
  const { hostPath, local, nfs } = bound.spec
  const readonly = volume.persistentVolumeClaim?.readOnly ?? false
  if (nfs) return { make: () => prepareNfs(onDisk, { ...nfs, readOnly: readonly }) }
  if (bound.spec.csi) return published(await persistentCsiVolume(pod, bound, claim, readonly, sources), sources, claim)
  const path = hostPath?.path ?? local?.path
  if (!path)
    throw new MountError(`persistentvolume "${bound.metadata.name}": this kind of volume is not supported by the node`)
  if (bound.spec.volumeMode === 'Block')
    return {
      async make() {
        await checkHostPath(path, 'BlockDevice')
        return { path, readonly, isDevice: true }
      },
    }
  const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {}
  return {
    async make() {
      await checkHostPath(path, hostPath?.type ?? '')
      if (hostPath && !hostPath.type) await mkdir(path, { recursive: true })
      if (fsGroup !== undefined && !readonly && local)
        await giveToGroup(path, fsGroup, fsGroupChangePolicy === 'OnRootMismatch')
      return { path, readonly }
    },
  }
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

/**
 * Removes everything a pod had on this machine: mounts first, so that nothing behind them is touched. `forgetImage` ends
 * the runtime's look into an image, by key.
 */
export async function removePodFolders(
  uid: string,
  folders: VolumeFolders,
  forgetImage: (key: string) => Promise<void>,
): Promise<void> {
  const images = await readdir(join(folders.pods, uid, imagesFolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const folder of [join(folders.pods, uid), join(folders.memory, uid)]) {
    await unmountUnder(folder)
    await rm(folder, { recursive: true, force: true })
  }
  for (const name of images) await forgetImage(imageKey(uid, name))
}
