import { age } from '../columns.ts'
import type { Column } from '../define.ts'
import type { PersistentVolume } from './persistent-volume.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'

const modes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

const modesText = (list: string[] | undefined) =>
  Object.keys(modes)
    .filter((mode) => list?.includes(mode))
    .map((mode) => modes[mode])
    .join(',')

/** Before there was a field for it, the class was an annotation. */
export const classOf = ({
  metadata,
  spec,
}: {
  metadata: { annotations?: Record<string, string> }
  spec: { storageClassName?: string }
}) => metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''

export const claimColumns: readonly Column<PersistentVolumeClaim>[] = [
  { name: 'Status', value: (one) => (one.metadata.deletionTimestamp ? 'Terminating' : one.status?.phase) },
  { name: 'Volume', value: (one) => one.spec.volumeName },
  { name: 'Capacity', value: (one) => (one.spec.volumeName ? (one.status?.capacity?.storage ?? '0') : '') },
  { name: 'Access Modes', value: (one) => (one.spec.volumeName ? modesText(one.status?.accessModes) : '') },
  { name: 'StorageClass', value: classOf },
  { name: 'VolumeAttributesClass', value: (one) => one.spec.volumeAttributesClassName || '<unset>' },
  age,
  { name: 'VolumeMode', wide: true, value: (one) => one.spec.volumeMode ?? '<unset>' },
]

export const volumeColumns: readonly Column<PersistentVolume>[] = [
  { name: 'Capacity', value: (one) => one.spec.capacity?.storage ?? '0' },
  { name: 'Access Modes', value: (one) => modesText(one.spec.accessModes) },
  { name: 'Reclaim Policy', value: (one) => one.spec.persistentVolumeReclaimPolicy },
  { name: 'Status', value: (one) => (one.metadata.deletionTimestamp ? 'Terminating' : one.status?.phase) },
  {
    name: 'Claim',
    value: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : ''),
  },
  { name: 'StorageClass', value: classOf },
  { name: 'VolumeAttributesClass', value: (one) => one.spec.volumeAttributesClassName || '<unset>' },
  { name: 'Reason', value: (one) => one.status?.reason },
  age,
  { name: 'VolumeMode', wide: true, value: (one) => one.spec.volumeMode ?? '<unset>' },
]
