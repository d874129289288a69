import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, type Plan, remove, status } from '@sampan/control/plan'
import { withCondition } from '@sampan/resources/conditions'
import { node } from '@sampan/resources/core/node'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'

/** A node that is made anew under its name keeps its pods. */
const quarantineMs = 40_000

/** Pods nobody will finish: bound to a node that is gone, or leaving without ever having had one. */
export function collectPod(one: Pod, { nodeGoneSince, now }: { nodeGoneSince: number | undefined; now: Date }): Plan {
  if (!one.spec.nodeName)
    return one.metadata.deletionTimestamp && !isTerminal(one) ? [remove(pod, one, { graceSeconds: 0 })] : []
  if (nodeGoneSince === undefined) return []
  const left = nodeGoneSince + quarantineMs - now.getTime()
  if (left > 0) return [again(left)]
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  }
  const conditions = withCondition(one.status?.conditions, condition, now)
  return [
    ...(isTerminal(one) ? [] : [status(pod, one, { ...one.status, phase: 'Failed', conditions })]),
    remove(pod, one, { graceSeconds: 0 }),
  ]
}

const byNode = 'node'

/** Remembers when nodes went missing; after a restart the quarantine starts anew, which harms nobody. */
export function podGc(): Controller {
  const goneSince = new Map<string, number>()
  const since = ({ spec }: Pod, snapshot: Snapshot) => {
    const name = spec.nodeName
    if (!name) return undefined
    if (snapshot.get(node, { name })) {
      goneSince.delete(name)
      return undefined
    }
    if (!goneSince.has(name)) goneSince.set(name, snapshot.now.getTime())
    return goneSince.get(name)
  }
  return controller<Pod>({
    name: 'pod-gc',
    component: 'pod-garbage-collector',
    kind: pod,
    watches: [
      watch(node, ({ metadata }, snapshot) =>
        snapshot.get(node, metadata) ? [] : snapshot.by(pod, byNode, metadata.name).map((one) => one.metadata),
      ),
    ],
    indexes: [{ kind: pod as never, name: byNode, values: ({ spec }: Pod) => (spec.nodeName ? [spec.nodeName] : []) }],
    reconcile: (one, snapshot) => collectPod(one, { nodeGoneSince: since(one, snapshot), now: snapshot.now }),
  })
}
