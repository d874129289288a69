import { type Controller, controller, watch } from '@sampan/control/controller'
import { type Plan, patch, status } from '@sampan/control/plan'
import { rfc3339 } from '@sampan/resources/conditions'
import { type PersistentVolume, persistentVolume } from '@sampan/resources/core/persistent-volume'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isFor } from './claim-binding.ts'

const protection = 'kubernetes.io/pv-protection'

/** Available, Bound or Released. A bound volume outlives its deletion. What a released one is for is its provider's business. */
export function reconcileVolume(one: PersistentVolume, claim: PersistentVolumeClaim | undefined, now: Date): Plan {
  const { metadata, spec } = one
  const isOurs = claim !== undefined && isFor(one, claim)
  const phase = !spec.claimRef
    ? 'Available'
    : isOurs
      ? claim.spec.volumeName === metadata.name
        ? 'Bound'
        : 'Available'
      : spec.claimRef.uid
        ? 'Released'
        : 'Available'
  const finalizers = metadata.finalizers ?? []
  const isFree = metadata.deletionTimestamp && phase !== 'Bound' && finalizers.includes(protection)
  const said =
    one.status?.phase === phase ? one.status : { ...one.status, phase, lastPhaseTransitionTime: rfc3339(now) }
  return [
    status(persistentVolume, one, said as PersistentVolume['status']),
    ...(isFree
      ? [
          patch(persistentVolume, metadata, {
            metadata: { uid: metadata.uid, finalizers: finalizers.filter((name) => name !== protection) },
          }),
        ]
      : []),
  ]
}

export const persistentVolumes: Controller = controller<PersistentVolume>({
  name: 'persistent-volume',
  component: 'persistentvolume-controller',
  kind: persistentVolume,
  watches: [
    watch(persistentVolumeClaim, (claim, snapshot) =>
      claim.spec.volumeName
        ? [{ name: claim.spec.volumeName }]
        : snapshot
            .list(persistentVolume)
            .filter((one) => isFor(one, claim))
            .map(({ metadata }) => metadata),
    ),
  ],
  reconcile: (one, snapshot) => {
    const { namespace, name = '' } = one.spec.claimRef ?? {}
    return reconcileVolume(one, snapshot.get(persistentVolumeClaim, { namespace, name }), snapshot.now)
  },
})
