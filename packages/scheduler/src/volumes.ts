import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import type { StorageClass } from '@sampan/resources/storage/storage-class'

/** What is known of claims and what they are bound to. */
export interface Volumes {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  storageClass(name: string): StorageClass | undefined
  /** Volumes a claim could be bound to. */
  available(): readonly PersistentVolume[]
}

export const noVolumes: Volumes = {
  claim: () => undefined,
  volume: () => undefined,
  storageClass: () => undefined,
  available: () => [],
}

/** Set by the scheduler on a claim that waits for its first consumer; whoever provides volumes acts on it. */
export const selectedNode = 'volume.kubernetes.io/selected-node'

/** Names of the claims a pod uses, generic ephemeral volumes included. */
export const claimNames = ({ metadata, spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [],
  )

export const isBound = ({ spec, status }: PersistentVolumeClaim) => !!spec.volumeName && status?.phase === 'Bound'

export const waitsForConsumer = ({ spec }: PersistentVolumeClaim, { storageClass }: Volumes) =>
  storageClass(spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer'

/** Claims that will be bound once the pod has a node. */
export const waitingClaims = (pod: Pod, volumes: Volumes): PersistentVolumeClaim[] =>
  claimNames(pod).flatMap((name) => {
    const claim = volumes.claim(pod.metadata.namespace ?? '', name)
    return claim && !isBound(claim) && waitsForConsumer(claim, volumes) ? [claim] : []
  })

/** Why no node at all will do, for what is wrong with the pod's claims. */
export function claimProblem(pod: Pod, volumes: Volumes): string | undefined {
  for (const name of claimNames(pod)) {
    const claim = volumes.claim(pod.metadata.namespace ?? '', name)
    if (!claim) {
      const isEphemeral = !pod.spec.volumes?.some((one) => one.persistentVolumeClaim?.claimName === name)
      return isEphemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`
    }
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`
    if (claim.status?.phase === 'Lost')
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`
    if (!isBound(claim) && !waitsForConsumer(claim, volumes)) return 'pod has unbound immediate PersistentVolumeClaims'
  }
  return undefined
}
