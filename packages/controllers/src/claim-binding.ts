import { compareQuantities } from '@sampan/kit/quantity'
import { selects } from '@sampan/kit/selectors'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'

export const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner'
export const selectedNode = 'volume.kubernetes.io/selected-node'

/** Whether the volume is kept for this claim. A reference without a uid means whoever has the name. */
export function isFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  return (
    claimRef !== undefined &&
    claimRef.namespace === metadata.namespace &&
    claimRef.name === metadata.name &&
    (!claimRef.uid || claimRef.uid === metadata.uid)
  )
}

/** Size, modes, class, kind of device and labels are as the claim wants them. */
export function satisfies({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec
  const modes = wanted.accessModes ?? []
  return (
    (spec.storageClassName ?? '') === (wanted.storageClassName ?? '') &&
    (spec.volumeMode ?? 'Filesystem') === (wanted.volumeMode ?? 'Filesystem') &&
    modes.every((mode) => spec.accessModes?.includes(mode)) &&
    (!wanted.selector || selects(wanted.selector, metadata.labels)) &&
    compareQuantities(spec.capacity?.storage ?? '0', wanted.resources?.requests?.storage ?? '0') >= 0
  )
}

/** The volume kept for the claim, else the smallest free one that satisfies it. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const usable = volumes.filter(({ metadata }) => !metadata.deletionTimestamp)
  const kept = usable.find((one) => isFor(one, claim))
  if (kept) return kept
  return usable
    .filter((one) => !one.spec.claimRef && one.status?.phase === 'Available' && satisfies(one, claim))
    .toSorted(
      (a, b) =>
        compareQuantities(a.spec.capacity?.storage ?? '0', b.spec.capacity?.storage ?? '0') ||
        (a.metadata.name < b.metadata.name ? -1 : 1),
    )[0]
}

export const claimRefTo = ({ metadata: { namespace, name, uid, resourceVersion } }: PersistentVolumeClaim) => ({
  kind: 'PersistentVolumeClaim',
  apiVersion: 'v1',
  namespace,
  name,
  uid,
  resourceVersion,
})
