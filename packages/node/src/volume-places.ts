import { join } from 'node:path'
import { unitsOf } from '@sampan/kit/quantity'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { blockPlaces, csiFolder } from './csi/volume-data.ts'
import { isPayload, type Volume } from './volumes/payload.ts'
import type { VolumeFolders } from './volumes/volumes.ts'

/** Where a volume of a pod is and how it can be measured. */
export interface VolumePlace {
  /** As the pod calls it. */
  name: string
  claim?: string
  path: string
  /**
   * `files`: a folder on a disk shared with others, its files are counted. `disk`: a file system of its own, which is
   * asked. `device`: a block device, of which only a driver can tell.
   */
  as: 'files' | 'disk' | 'device'
  /** Bytes it was promised to hold: of a claim whose folder has no file system of its own. */
  promised?: number
  /** The driver that may tell more. */
  csi?: { driver: string; handle: string }
}

export interface PlaceSources {
  claim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
}

/** Those of a pod that have a size: not hostPath, which is the machine's, nor images. `root` has the folder `plugins`. */
export function volumePlaces(pod: Pod, folders: VolumeFolders, root: string, sources: PlaceSources): VolumePlace[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => placeOf(pod, volume, folders, root, sources) ?? [])
}

function placeOf(
  { metadata }: Pod,
  volume: Volume,
  folders: VolumeFolders,
  root: string,
  sources: PlaceSources,
): VolumePlace | undefined {
  const uid = metadata.uid!
  const { name } = volume
  const onDisk = join(folders.pods, uid, 'volumes', name)
  if (volume.emptyDir) return { name, path: onDisk, as: 'files' }
  if (isPayload(volume)) {
    const isSecret = Boolean(volume.secret || volume.projected)
    return { name, path: isSecret ? join(folders.memory, uid, 'volumes', name) : onDisk, as: 'files' }
  }
  if (volume.nfs) return { name, path: onDisk, as: 'disk' }
  if (volume.csi) return { name, path: join(csiFolder(folders.pods, uid), name, 'mount'), as: 'disk' }
  const claimName = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${metadata.name}-${name}`)
  if (!claimName) return undefined
  const claim = sources.claim(metadata.namespace, claimName)
  const bound = claim?.spec.volumeName ? sources.volume(claim.spec.volumeName) : undefined
  if (!bound) return undefined
  const { csi, nfs, local, hostPath, capacity, volumeMode } = bound.spec
  const at = { name, claim: claimName }
  if (csi) {
    const told = { driver: csi.driver, handle: csi.volumeHandle }
    if (volumeMode === 'Block')
      return { ...at, path: blockPlaces(root, bound.metadata.name, uid).target, as: 'device', csi: told }
    return { ...at, path: join(csiFolder(folders.pods, uid), bound.metadata.name, 'mount'), as: 'disk', csi: told }
  }
  if (nfs) return { ...at, path: onDisk, as: 'disk' }
  const path = local?.path ?? hostPath?.path
  if (!path || volumeMode === 'Block') return undefined
  return { ...at, path, as: 'files', ...(capacity?.storage && { promised: unitsOf(capacity.storage) }) }
}
