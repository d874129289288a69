import type { Caches } from '@sampan/client/caches'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import type { AttachedVolumes } from './node-status.ts'

/** What a node's status says of volumes that are attached to it; `pods` are those it looks after. */
export function attachedVolumes(caches: Caches, nodeName: string, pods: readonly Pod[]): AttachedVolumes {
  const volumeNamed = (name: string | undefined) =>
    name === undefined ? undefined : caches.of(persistentVolume).get({ name })?.spec.csi
  const attached = caches
    .of(volumeAttachment)
    .list()
    .filter(({ spec, status }) => spec.nodeName === nodeName && status?.attached)
    .flatMap(({ spec }) => nameOf(volumeNamed(spec.source.persistentVolumeName)) ?? [])
  const inUse = pods.flatMap(({ metadata, spec }) =>
    (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim: own, ephemeral }) => {
      const claim = own?.claimName ?? (ephemeral && `${metadata.name}-${name}`)
      if (!claim) return []
      const bound = caches.of(persistentVolumeClaim).get({ namespace: metadata.namespace, name: claim })
      const csi = volumeNamed(bound?.spec.volumeName)
      if (!csi || caches.of(csiDriver).get({ name: csi.driver })?.spec.attachRequired === false) return []
      return nameOf(csi) ?? []
    }),
  )
  return { attached: [...new Set(attached)], inUse: [...new Set(inUse)] }
}

const nameOf = (csi: { driver: string; volumeHandle: string } | undefined) =>
  csi && `kubernetes.io/csi/${csi.driver}^${csi.volumeHandle}`
