import { createHash } from 'node:crypto'
import { type Controller, controller, index, type Snapshot, watch } from '@sampan/control/controller'
import { create, type Plan, remove } from '@sampan/control/plan'
import { type Node, node } from '@sampan/resources/core/node'
import { type PersistentVolume, persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { type VolumeAttachment, volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import { claimsUsedBy } from './persistent-volume-claim.ts'

/** The name attachers and everybody else expect: one attachment per volume and node. */
export const attachmentName = (driver: string, handle: string, nodeName: string): string =>
  `csi-${createHash('sha256').update(`${handle}${driver}${nodeName}`).digest('hex')}`

/**
 * What has to be attached to a node: the volumes of drivers that say so, as long as a pod there names them; the attacher
 * does the work. A pod counts until it has left the API: by then the node has let go of its volumes.
 */
export function attachVolumes(
  { metadata: { name: nodeName } }: Node,
  volumes: readonly PersistentVolume[],
  existing: readonly VolumeAttachment[],
): Plan {
  const wanted = new Map(
    volumes.map(({ metadata, spec: { csi } }) => [
      attachmentName(csi!.driver, csi!.volumeHandle, nodeName),
      { attacher: csi!.driver, nodeName, source: { persistentVolumeName: metadata.name } },
    ]),
  )
  const missing = [...wanted].filter(([name]) => !existing.some(({ metadata }) => metadata.name === name))
  const unneeded = existing.filter(
    ({ metadata }) => metadata.name.startsWith('csi-') && !wanted.has(metadata.name) && !metadata.deletionTimestamp,
  )
  return [
    ...missing.map(([name, spec]) => create(volumeAttachment, { metadata: { name }, spec } as never)),
    ...unneeded.map((one) => remove(volumeAttachment, one)),
  ]
}

const claimants = 'attach-claimants'
const byNode = 'attach-node'

/** Volumes of drivers that want them attached, of all pods on a node. */
function attachable(nodeName: string, snapshot: Snapshot): PersistentVolume[] {
  const found = snapshot.by(pod, claimants, nodeName).flatMap((one) =>
    claimsUsedBy(one).flatMap((key) => {
      const [namespace, name = ''] = key.split('/')
      const volumeName = snapshot.get(persistentVolumeClaim, { namespace, name })?.spec.volumeName
      return (volumeName && snapshot.get(persistentVolume, { name: volumeName })) || []
    }),
  )
  return [...new Set(found)].filter(
    ({ spec: { csi } }) => csi && snapshot.get(csiDriver, { name: csi.driver })?.spec.attachRequired !== false,
  )
}

const everyNode = (_: unknown, snapshot: Snapshot) => snapshot.list(node).map(({ metadata }) => metadata)

export const volumeAttachments: Controller = controller<Node>({
  name: 'volume-attachment',
  component: 'attachdetach-controller',
  kind: node,
  watches: [
    watch(pod, (one) => (one.spec.nodeName && claimsUsedBy(one).length > 0 ? [{ name: one.spec.nodeName }] : [])),
    watch(persistentVolumeClaim, everyNode),
    watch(persistentVolume, everyNode),
    watch(csiDriver, everyNode),
    watch(volumeAttachment, ({ spec }) => [{ name: spec.nodeName }]),
  ],
  indexes: [
    index(pod, claimants, (one) => (one.spec.nodeName && claimsUsedBy(one).length > 0 ? [one.spec.nodeName] : [])),
    index(volumeAttachment, byNode, ({ spec }) => [spec.nodeName]),
  ],
  reconcile: (one, snapshot) =>
    attachVolumes(
      one,
      attachable(one.metadata.name, snapshot),
      snapshot.by(volumeAttachment, byNode, one.metadata.name),
    ),
})
