import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Controller, controller, type Part, watch } from '@sampan/control/controller'
import { create, event, type Plan, patch, remove, type Step, status } from '@sampan/control/plan'
import { compareQuantities } from '@sampan/kit/quantity'
import { type PersistentVolume, persistentVolume } from '@sampan/resources/core/persistent-volume'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isReason } from '@sampan/resources/errors'
import { type StorageClass, storageClass } from '@sampan/resources/storage/storage-class'
import { claimRefTo, provisionedBy, selectedNode } from './claim-binding.ts'

export const localProvisioner = 'sampan.dev/local'
const cleanUp = 'sampan.dev/local-volume'

/** The class `local`: folders on the machine's disk, made when the first pod needs them. Kept as it is if it was changed. */
export const localClass = {
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: localProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
} as const

const nameFor = ({ metadata }: PersistentVolumeClaim) => `pvc-${metadata.uid}`

/** The volume for a claim of a class of ours, once it is known where; a larger one when the claim has grown. */
export function provide(
  claim: PersistentVolumeClaim,
  { of, volume, folder }: { of: StorageClass | undefined; volume: PersistentVolume | undefined; folder: string },
): Plan {
  if (claim.metadata.deletionTimestamp || of?.provisioner !== localProvisioner) return []
  if (claim.spec.volumeName) return volume ? grown(claim, volume) : []
  const node = claim.metadata.annotations?.[selectedNode]
  if (volume || (!node && of.volumeBindingMode === 'WaitForFirstConsumer')) return []
  const name = nameFor(claim)
  const made = {
    metadata: { name, annotations: { [provisionedBy]: localProvisioner }, finalizers: [cleanUp] },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage },
      accessModes: claim.spec.accessModes,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: of.reclaimPolicy ?? 'Delete',
      storageClassName: claim.spec.storageClassName,
      claimRef: claimRefTo(claim),
      local: { path: join(folder, name) },
      nodeAffinity: { required: { nodeSelectorTerms: [term(node)] } },
    },
  }
  if (claim.spec.volumeMode === 'Block')
    return [event(claim, 'Warning', 'ProvisioningFailed', 'the class gives folders, not block devices')]
  const said = `Successfully provisioned volume ${name}`
  return [create(persistentVolume, made, { created: () => [event(claim, 'Normal', 'ProvisioningSucceeded', said)] })]
}

const term = (node: string | undefined) => ({
  matchExpressions: node
    ? [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }]
    : [{ key: 'kubernetes.io/hostname', operator: 'Exists' }],
})

function grown(claim: PersistentVolumeClaim, volume: PersistentVolume): Step[] {
  const wanted = claim.spec.resources?.requests?.storage
  const has = volume.spec.capacity?.storage ?? '0'
  if (!wanted || compareQuantities(wanted, has) <= 0) return []
  return [
    patch(persistentVolume, volume.metadata, { spec: { capacity: { storage: wanted } } }),
    status(persistentVolumeClaim, claim, { ...claim.status, capacity: { storage: wanted } } as never),
  ]
}

/** A released volume goes, and its folder with it; the finalizer makes sure of the folder whoever removes the volume. */
export function release(one: PersistentVolume): { plan: Plan; isFolderDue: boolean } {
  const isOurs = one.metadata.annotations?.[provisionedBy] === localProvisioner
  const isUnused = one.status?.phase === 'Released' || one.status?.phase === 'Available'
  const isKept = one.spec.persistentVolumeReclaimPolicy !== 'Delete'
  if (!isOurs || !isUnused) return { plan: [], isFolderDue: false }
  if (!one.metadata.deletionTimestamp) {
    const isDue = one.status?.phase === 'Released' && !isKept
    return { plan: isDue ? [remove(persistentVolume, one)] : [], isFolderDue: false }
  }
  if (!one.metadata.finalizers?.includes(cleanUp)) return { plan: [], isFolderDue: false }
  const finalizers = one.metadata.finalizers.filter((name) => name !== cleanUp)
  const plan = [patch(persistentVolume, one.metadata, { metadata: { uid: one.metadata.uid, finalizers } })]
  return { plan, isFolderDue: !isKept }
}

/** Makes the class at the start of a process, unless it is there. */
const localClassThere: Part = {
  name: 'local-volume-class',
  start({ client }) {
    const synced = (async () => {
      try {
        await client.create(storageClass, localClass as never)
      } catch (error) {
        if (!isReason(error, 'AlreadyExists')) throw error // an operator's version of it stays as it is
      }
    })()
    return { synced, isIdle: true, idle: () => synced, close: () => synced.catch(() => undefined) }
  },
}

/** Provides volumes as folders below `folder` on this machine. */
export function localVolumes(folder: string): readonly (Controller | Part)[] {
  const pathOf = (name: string) => join(folder, name)
  return [
    localClassThere,
    controller<PersistentVolumeClaim>({
      name: 'local-volume',
      component: localProvisioner,
      kind: persistentVolumeClaim,
      watches: [
        watch(storageClass, ({ metadata }, snapshot) =>
          snapshot
            .list(persistentVolumeClaim)
            .filter(({ spec }) => spec.storageClassName === metadata.name && !spec.volumeName)
            .map((claim) => claim.metadata),
        ),
      ],
      reads: [persistentVolume as never],
      async reconcile(claim, snapshot) {
        const name = claim.spec.volumeName || nameFor(claim)
        const plan = provide(claim, {
          of: snapshot.get(storageClass, { name: claim.spec.storageClassName ?? '' }),
          volume: snapshot.get(persistentVolume, { name }),
          folder,
        })
        if (plan[0]?.op === 'create') {
          await mkdir(pathOf(name), { recursive: true })
          await chmod(pathOf(name), 0o777) // any user a container runs as may write, as in an emptyDir
        }
        return plan
      },
    }),
    controller<PersistentVolume>({
      name: 'local-volume-release',
      component: localProvisioner,
      kind: persistentVolume,
      async reconcile(one) {
        const { plan, isFolderDue } = release(one)
        // Never the path the object says: only what this provisioner could have made.
        if (isFolderDue && /^pvc-[0-9a-f-]+$/.test(one.metadata.name))
          await rm(pathOf(one.metadata.name), { recursive: true, force: true })
        return plan
      },
    }),
  ]
}
