import { canonicalOr, each, fill, fillPlain } from '../fill.ts'
import { tagOf } from './image-name.ts'
import { defaultClaimSpec } from './persistent-volume-claim-defaults.ts'
import type { Pod } from './pod.ts'

type Volume = NonNullable<Pod['spec']['volumes']>[number]
type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number]

/** 0644: what files of generated volumes get unless the volume says otherwise. */
const mode = 0o644

/** Kubernetes' defaults of one volume of a pod, in place. A volume that says nothing is an emptyDir. */
export function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((key) => key === 'name' || volume[key as keyof Volume] === null)) volume.emptyDir = {}
  if (volume.emptyDir?.sizeLimit !== undefined) volume.emptyDir.sizeLimit = canonicalOr(volume.emptyDir.sizeLimit)
  if (volume.secret) fill(volume.secret, { defaultMode: mode })
  if (volume.configMap) fill(volume.configMap, { defaultMode: mode })
  if (volume.hostPath) fill(volume.hostPath, { type: '' })
  if (volume.image)
    fillPlain(volume.image, {
      pullPolicy: tagOf(volume.image.reference ?? '') === 'latest' ? 'Always' : 'IfNotPresent',
    })
  if (volume.downwardAPI) {
    fill(volume.downwardAPI, { defaultMode: mode })
    defaultItems(volume.downwardAPI.items)
  }
  if (volume.projected) {
    fill(volume.projected, { defaultMode: mode })
    for (const source of each(volume.projected.sources)) {
      if (source.serviceAccountToken) fill(source.serviceAccountToken, { expirationSeconds: 3600 })
      if (source.downwardAPI) defaultItems(source.downwardAPI.items)
    }
  }
  if (volume.ephemeral?.volumeClaimTemplate?.spec) defaultClaimSpec(volume.ephemeral.volumeClaimTemplate.spec)
  defaultStorage(volume)
}

function defaultItems(items: DownwardItem[] | undefined): void {
  for (const item of each(items)) {
    if (item.fieldRef) fillPlain(item.fieldRef, { apiVersion: 'v1' })
    if (item.resourceFieldRef) defaultDivisor(item.resourceFieldRef)
  }
}

/** Downward API numbers are divided by `0` = not at all, until someone says otherwise. */
export function defaultDivisor(reference: { divisor?: string }): void {
  fill(reference, { divisor: '0' })
  reference.divisor = canonicalOr(reference.divisor)
}

interface Storage {
  iscsi?: { iscsiInterface?: string }
  rbd?: { pool?: string; user?: string; keyring?: string }
  azureDisk?: { cachingMode?: string; kind?: string; fsType?: string; readOnly?: boolean }
  scaleIO?: { storageMode?: string; fsType?: string }
}

/** What pod volumes and PersistentVolumes have in common. */
export function defaultStorage(source: Storage): void {
  if (source.iscsi) fillPlain(source.iscsi, { iscsiInterface: 'default' })
  if (source.rbd) fillPlain(source.rbd, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' })
  if (source.azureDisk)
    fill(source.azureDisk, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false })
  if (source.scaleIO) fillPlain(source.scaleIO, { storageMode: 'ThinProvisioned', fsType: 'xfs' })
}
