import { quantityOfBytes } from '@sampan/kit/quantity'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { isReason } from '@sampan/resources/errors'
import type { NodeContext } from './context.ts'
import { CriError } from './cri/client.ts'
import type { CsiVolume } from './csi/csi-volume.ts'
import { teller } from './start-container.ts'

type Status = NonNullable<PersistentVolumeClaim['status']>

/** What says that a claim is being made larger: over, or not to be had. */
const resizing = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError']

/** The status of a claim whose volume has become `bytes` large for pods, too. */
export function grown(status: Status | undefined, bytes: number): Status {
  const { storage: _, ...left } = status?.allocatedResourceStatuses ?? {}
  return {
    ...status,
    capacity: { ...status?.capacity, storage: quantityOfBytes(bytes) },
    conditions: (status?.conditions ?? []).filter(({ type }) => !resizing.includes(type)),
    allocatedResourceStatuses: Object.keys(left).length > 0 ? left : undefined,
  }
}

/** Makes the file system of a volume as large as the volume has become and tells its claim. What fails is told, and tried again. */
export async function growVolume(
  context: NodeContext,
  pod: Pod,
  volume: CsiVolume,
  claim: PersistentVolumeClaim,
): Promise<void> {
  const { client, csi, log } = context
  const tell = teller(context, pod)
  try {
    const hasGrown = await csi.grow(pod.metadata.uid!, volume)
    if (!hasGrown) return
    const { namespace, name } = claim.metadata
    const current = await client.get(persistentVolumeClaim, { namespace, name })
    await client.updateStatus(persistentVolumeClaim, { ...current, status: grown(current.status, volume.growsTo!) })
    tell('Normal', 'FileSystemResizeSuccessful', `MountVolume.NodeExpandVolume succeeded for volume "${volume.name}"`)
  } catch (error) {
    if (error instanceof CriError)
      tell('Warning', 'VolumeResizeFailed', `NodeExpandVolume failed for volume "${volume.name}" : ${error.message}`)
    else if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound'))
      log.warn('a claim could not be told that it has grown', { claim: claim.metadata.name, error })
  }
}
