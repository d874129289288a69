import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { event, type Plan, patch, type Step, status, update } from '@sampan/control/plan'
import { type PersistentVolume, persistentVolume } from '@sampan/resources/core/persistent-volume'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { type StorageClass, storageClass } from '@sampan/resources/storage/storage-class'
import {
  bindCompleted,
  boundByController,
  claimRefTo,
  isFor,
  selectedNode,
  storageProvisioner,
  volumeFor,
} from './claim-binding.ts'

export interface ClaimAround {
  volumes: readonly PersistentVolume[]
  storageClass: StorageClass | undefined
  /** Pods that name the claim and have not finished. */
  users: readonly Pod[]
}

const protection = 'kubernetes.io/pvc-protection'

/** Binds a claim to a volume, both ways, or says what it waits for. A claim in use outlives its deletion. */
export function reconcileClaim(claim: PersistentVolumeClaim, around: ClaimAround): Plan {
  const { metadata, spec } = claim
  if (metadata.deletionTimestamp) {
    const finalizers = metadata.finalizers ?? []
    if (!finalizers.includes(protection) || around.users.length > 0) return []
    const left = finalizers.filter((name) => name !== protection)
    return [patch(persistentVolumeClaim, metadata, { metadata: { uid: metadata.uid, finalizers: left } })]
  }
  if (spec.volumeName) return completed(claim, around.volumes)
  const found = volumeFor(claim, around.volumes)
  const waits = around.storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
  const isChosen = metadata.annotations?.[selectedNode] !== undefined
  if (found && (isFor(found, claim) || !waits || isChosen)) return bound(claim, found)
  return [...pending(claim, around, waits && !isChosen), phase(claim, 'Pending')]
}

const phase = (claim: PersistentVolumeClaim, name: string): Step =>
  status(persistentVolumeClaim, claim, { ...claim.status, phase: name })

/** The volume first: two claims cannot both write it. */
function bound(claim: PersistentVolumeClaim, volume: PersistentVolume): Plan {
  const isKept = isFor(volume, claim) && volume.spec.claimRef?.uid
  const { annotations } = volume.metadata
  return [
    ...(isKept
      ? []
      : [
          update(persistentVolume, {
            ...volume,
            metadata: { ...volume.metadata, annotations: { ...annotations, [boundByController]: 'yes' } },
            spec: { ...volume.spec, claimRef: claimRefTo(claim) },
          } as PersistentVolume),
        ]),
    update(persistentVolumeClaim, {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: { ...claim.metadata.annotations, [bindCompleted]: 'yes', [boundByController]: 'yes' },
      },
      spec: { ...claim.spec, volumeName: volume.metadata.name },
    }),
    boundStatus(claim, volume),
  ]
}

const boundStatus = (claim: PersistentVolumeClaim, { spec }: PersistentVolume): Step =>
  status(persistentVolumeClaim, claim, {
    ...claim.status,
    phase: 'Bound',
    accessModes: spec.accessModes,
    capacity: spec.capacity,
  })

/** The claim names its volume: it is there, it is ours, or it is lost. */
function completed(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[]): Plan {
  const volume = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName)
  const wasBound = claim.metadata.annotations?.[bindCompleted] !== undefined
  if (!volume) {
    if (!wasBound) return [phase(claim, 'Pending')]
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
    return [
      ...(claim.status?.phase === 'Lost' ? [] : [event(claim, 'Warning', 'ClaimLost', message)]),
      phase(claim, 'Lost'),
    ]
  }
  if (!volume.spec.claimRef) return bound(claim, volume)
  if (!isFor(volume, claim)) {
    if (wasBound)
      return [
        ...(claim.status?.phase === 'Lost'
          ? []
          : [
              event(
                claim,
                'Warning',
                'ClaimMisbound',
                'Two claims are bound to the same volume, this one is bound incorrectly',
              ),
            ]),
        phase(claim, 'Lost'),
      ]
    const message = `volume "${volume.metadata.name}" already bound to a different claim.`
    return [event(claim, 'Warning', 'FailedBinding', message), phase(claim, 'Pending')]
  }
  return wasBound && volume.spec.claimRef.uid ? [boundStatus(claim, volume)] : bound(claim, volume)
}

function pending(claim: PersistentVolumeClaim, { storageClass: found }: ClaimAround, isWaiting: boolean): Step[] {
  const name = claim.spec.storageClassName ?? ''
  if (!name)
    return [
      event(
        claim,
        'Normal',
        'FailedBinding',
        'no persistent volumes available for this claim and no storage class is set',
      ),
    ]
  if (!found) return [event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`)]
  if (isWaiting)
    return [event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')]
  const { provisioner } = found
  if (provisioner === 'kubernetes.io/no-provisioner')
    return [event(claim, 'Warning', 'FailedBinding', 'no persistent volumes available for this claim')]
  if (claim.metadata.annotations?.[storageProvisioner] === provisioner) return []
  return [
    patch(persistentVolumeClaim, claim.metadata, { metadata: { annotations: { [storageProvisioner]: provisioner } } }),
    event(
      claim,
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    ),
  ]
}

const claimUser = 'claim'

export const claimsUsedBy = ({ metadata, spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim: one, ephemeral }) =>
    one
      ? [`${metadata.namespace}/${one.claimName}`]
      : ephemeral
        ? [`${metadata.namespace}/${metadata.name}-${name}`]
        : [],
  )

export const persistentVolumeClaims: Controller = controller<PersistentVolumeClaim>({
  name: 'persistent-volume-claim',
  component: 'persistentvolume-controller',
  kind: persistentVolumeClaim,
  watches: [
    watch(persistentVolume, claimsOfVolume),
    watch(pod, (one, snapshot) =>
      isTerminal(one) || !snapshot.get(pod, one.metadata)
        ? claimsUsedBy(one).map((key) => ({ namespace: one.metadata.namespace, name: key.slice(key.indexOf('/') + 1) }))
        : [],
    ),
    watch(storageClass, ({ metadata }, snapshot) =>
      snapshot
        .list(persistentVolumeClaim)
        .filter(({ spec }) => !spec.volumeName && spec.storageClassName === metadata.name)
        .map((one) => one.metadata),
    ),
  ],
  indexes: [{ kind: pod as never, name: claimUser, values: claimsUsedBy as (object: never) => string[] }],
  reconcile: (claim, snapshot) =>
    reconcileClaim(claim, {
      volumes: snapshot.list(persistentVolume),
      storageClass: snapshot.get(storageClass, { name: claim.spec.storageClassName ?? '' }),
      users: snapshot
        .by(pod, claimUser, `${claim.metadata.namespace}/${claim.metadata.name}`)
        .filter((one) => !isTerminal(one)),
    }),
})

/** The claim a volume is for; a free volume may be what any waiting claim waits for. */
function claimsOfVolume({ spec, status: own }: PersistentVolume, snapshot: Snapshot) {
  if (spec.claimRef) return [{ namespace: spec.claimRef.namespace, name: spec.claimRef.name ?? '' }]
  if (own?.phase !== 'Available') return []
  return snapshot
    .list(persistentVolumeClaim)
    .filter((claim) => !claim.spec.volumeName)
    .map(({ metadata }) => metadata)
}
