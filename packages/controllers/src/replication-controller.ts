import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import type { Plan } from '@sampan/control/plan'
import { selectsMap } from '@sampan/kit/selectors'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { type ReplicationController, replicationController } from '@sampan/resources/core/replication-controller'
import { controllerOf } from '@sampan/resources/owners'
import { orphansOf } from './claim.ts'
import { type Around, around, keepReplicas } from './replicas.ts'

export function reconcileReplicationController(set: ReplicationController, near: Around): Plan {
  return keepReplicas(replicationController as never, set as never, near, ({ metadata }) =>
    selectsMap(set.spec.selector, metadata.labels),
  )
}

export const replicationControllers: Controller = controller<ReplicationController>({
  name: 'replication-controller',
  component: 'replication-controller',
  kind: replicationController,
  watches: [watch(pod, 'owner'), watch(pod, setsForOrphan)],
  indexes: [orphansOf(pod)],
  reconcile: (set, snapshot) => reconcileReplicationController(set, around(snapshot, set)),
})

function setsForOrphan(orphan: Pod, snapshot: Snapshot) {
  if (controllerOf(orphan)) return []
  return snapshot
    .list(replicationController, orphan.metadata.namespace)
    .filter(({ spec }) => selectsMap(spec.selector, orphan.metadata.labels))
    .map(({ metadata }) => metadata)
}
