import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { create, event, type Plan } from '@sampan/control/plan'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { isControlledBy, ownerReference } from '@sampan/resources/owners'

/** Makes the claims of generic ephemeral volumes; they belong to the pod and go with it. */
export function claimVolumes(one: Pod, claimNamed: (name: string) => PersistentVolumeClaim | undefined): Plan {
  if (one.metadata.deletionTimestamp) return []
  return (one.spec.volumes ?? []).flatMap(({ name: volume, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate
    if (!template) return []
    const name = `${one.metadata.name}-${volume}`
    const existing = claimNamed(name)
    if (existing) {
      if (isControlledBy(existing, one)) return []
      const message = `PVC ${one.metadata.namespace}/${name} was not created for pod ${one.metadata.namespace}/${one.metadata.name} (pod is not owner)`
      return [event(one, 'Warning', 'FailedBinding', message)]
    }
    const { labels, annotations } = template.metadata ?? {}
    return [
      create(persistentVolumeClaim, {
        metadata: {
          name,
          namespace: one.metadata.namespace,
          ...(labels && { labels }),
          ...(annotations && { annotations }),
          ownerReferences: [ownerReference(pod, one)],
        },
        spec: template.spec,
      }),
    ]
  })
}

export const ephemeralVolumes: Controller = controller<Pod>({
  name: 'ephemeral-volume',
  component: 'ephemeral_volume',
  kind: pod,
  watches: [watch(persistentVolumeClaim, 'owner')],
  reconcile: (one, snapshot: Snapshot) =>
    claimVolumes(one, (name) => snapshot.get(persistentVolumeClaim, { namespace: one.metadata.namespace, name })),
})
