import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import type { Plan } from '@sampan/control/plan'
import { selects } from '@sampan/kit/selectors'
import { type ReplicaSet, replicaSet } from '@sampan/resources/apps/replica-set'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { controllerOf } from '@sampan/resources/owners'
import { orphansOf } from './claim.ts'
import { type Around, around, keepReplicas } from './replicas.ts'

export function reconcileReplicaSet(set: ReplicaSet, near: Around): Plan {
  return keepReplicas(replicaSet as never, set as never, near, ({ metadata }) =>
    selects(set.spec.selector, metadata.labels),
  )
}

export const replicaSets: Controller = controller<ReplicaSet>({
  name: 'replica-set',
  component: 'replicaset-controller',
  kind: replicaSet,
  watches: [watch(pod, 'owner'), watch(pod, setsForOrphan)],
  indexes: [orphansOf(pod)],
  workers: 8,
  reconcile: (set, snapshot) => reconcileReplicaSet(set, around(snapshot, set)),
})

/** A pod without a controller may belong to any set of its namespace that selects it. */
function setsForOrphan(orphan: Pod, snapshot: Snapshot) {
  if (controllerOf(orphan)) return []
  return snapshot
    .list(replicaSet, orphan.metadata.namespace)
    .filter(({ spec }) => selects(spec.selector, orphan.metadata.labels))
    .map(({ metadata }) => metadata)
}
