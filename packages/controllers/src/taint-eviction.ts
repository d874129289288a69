import { type Controller, controller, watch } from '@sampan/control/controller'
import { again, event, type Plan, remove, status } from '@sampan/control/plan'
import { withCondition } from '@sampan/resources/conditions'
import { type Node, node } from '@sampan/resources/core/node'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { type Taint, tolerates } from '@sampan/resources/core/tolerations'

/** Pods leave a node whose NoExecute taints they do not tolerate, or no longer. A taint that goes calls it off. */
export function evictPod(one: Pod, on: Node | undefined, now: Date): Plan {
  if (!on || one.metadata.deletionTimestamp || isTerminal(one)) return []
  const taints = (on.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
  if (taints.length === 0) return []
  const left = Math.min(...taints.map((taint) => leftUnder(one, taint, now)))
  if (left === Number.POSITIVE_INFINITY) return []
  if (left > 0) return [again(left)]
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  }
  return [
    event(
      one,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod ${one.metadata.namespace}/${one.metadata.name}`,
    ),
    status(pod, one, { ...one.status, conditions: withCondition(one.status?.conditions, condition, now) }),
    remove(pod, one),
  ]
}

/** Milliseconds the pod may stay: the shortest of the tolerations that fit, none means now. */
function leftUnder({ spec }: Pod, taint: Taint, now: Date): number {
  const fitting = (spec.tolerations ?? []).filter((one) => tolerates([one], taint))
  if (fitting.length === 0) return 0
  const limits = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? [])
  if (limits.length === 0) return Number.POSITIVE_INFINITY
  const since = Date.parse(String(taint.timeAdded ?? '')) || now.getTime()
  return Math.max(0, since + Math.max(0, Math.min(...limits)) * 1000 - now.getTime())
}

export const taintEviction: Controller = controller<Pod>({
  name: 'taint-eviction',
  component: 'taint-eviction-controller',
  kind: pod,
  watches: [
    watch(node, ({ metadata, spec }, snapshot) =>
      spec.taints?.some(({ effect }) => effect === 'NoExecute')
        ? snapshot.by(pod, 'node', metadata.name).map((one) => one.metadata)
        : [],
    ),
  ],
  indexes: [{ kind: pod as never, name: 'node', values: ({ spec }: Pod) => (spec.nodeName ? [spec.nodeName] : []) }],
  reconcile: (one, snapshot) => evictPod(one, snapshot.get(node, { name: one.spec.nodeName ?? '' }), snapshot.now),
})
