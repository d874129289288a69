import { type Controller, controller, watch } from '@sampan/control/controller'
import { again, event, type Plan, type Step, status, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { conditionOf, rfc3339 } from '@sampan/resources/conditions'
import { type Lease, lease } from '@sampan/resources/coordination/lease'
import { type Node, node } from '@sampan/resources/core/node'
import { isReady, isTerminal, type Pod, pod } from '@sampan/resources/core/pod'

type Condition = NonNullable<NonNullable<Node['status']>['conditions']>[number]
type Taint = NonNullable<Node['spec']['taints']>[number]

export const graceMs = 50_000
const prefix = 'node.kubernetes.io/'
/** Taints that follow from conditions: type, status → key. */
const pressures: Readonly<Record<string, string>> = {
  MemoryPressure: 'memory-pressure',
  DiskPressure: 'disk-pressure',
  PIDPressure: 'pid-pressure',
  NetworkUnavailable: 'network-unavailable',
}
const own = new Set(
  ['not-ready', 'unreachable', 'unschedulable', ...Object.values(pressures)].map((name) => prefix + name),
)

/** Says what is known of a node nobody hears from, and puts up the taints that keep pods away from a node in trouble. */
export function watchNode(
  one: Node,
  { heardAt, pods, now }: { heardAt: number; pods: readonly Pod[]; now: Date },
): Plan {
  if (one.metadata.deletionTimestamp) return []
  const silent = now.getTime() - heardAt
  const isLost = silent >= graceMs
  const ready = conditionOf<Condition>(one, 'Ready')
  const steps: Step[] = []
  let conditions = one.status?.conditions ?? []
  if (isLost && ready?.status !== 'Unknown') {
    conditions = unknown(conditions, one.metadata.creationTimestamp, now)
    steps.push(
      status(node, one, { ...one.status, conditions }),
      event(one, 'Normal', 'NodeNotReady', `Node ${one.metadata.name} status is now: NodeNotReady`),
    )
  }
  const taints = taintsOf(one, conditions, now)
  if (!jsonEqual(taints, one.spec.taints ?? [])) steps.unshift(update(node, { ...one, spec: { ...one.spec, taints } }))
  const isDown = conditions.find(({ type }) => type === 'Ready')?.status !== 'True'
  if (isLost && isDown)
    steps.push(...pods.filter((each) => isReady(each) && !isTerminal(each)).map((each) => unready(each, now)))
  return [...steps, ...(isLost ? [] : [again(graceMs - silent + 10)])]
}

function unknown(conditions: readonly Condition[], born: string | undefined, now: Date): Condition[] {
  const time = rfc3339(now)
  return ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => {
    const before = conditions.find((one) => one.type === type)
    return {
      type,
      status: 'Unknown',
      reason: before ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
      message: before ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
      lastHeartbeatTime: before?.lastHeartbeatTime ?? born,
      lastTransitionTime: before?.status === 'Unknown' ? before.lastTransitionTime : time,
    } as Condition
  })
}

function taintsOf(one: Node, conditions: readonly Condition[], now: Date): Taint[] {
  // How long pods may stay counts from the time a taint was put up: whoever did not say it did it just now.
  const before = (one.spec.taints ?? []).map((taint) =>
    taint.effect === 'NoExecute' && !taint.timeAdded ? { ...taint, timeAdded: rfc3339(now) as never } : taint,
  )
  const wanted: Taint[] = []
  const want = (name: string, effect: string) => {
    const key = prefix + name
    const same = before.find((taint) => taint.key === key && taint.effect === effect)
    wanted.push(same ?? { key, effect, ...(effect === 'NoExecute' && { timeAdded: rfc3339(now) as never }) })
  }
  const ready = conditions.find(({ type }) => type === 'Ready')?.status
  if (ready !== 'True') {
    const name = ready === 'False' ? 'not-ready' : 'unreachable'
    // A node that never said anything is not ready rather than out of reach.
    const shown = ready === undefined ? 'not-ready' : name
    want(shown, 'NoSchedule')
    if (ready !== undefined) want(shown, 'NoExecute')
  }
  for (const [type, name] of Object.entries(pressures))
    if (conditions.some((condition) => condition.type === type && condition.status === 'True')) want(name, 'NoSchedule')
  if (one.spec.unschedulable) want('unschedulable', 'NoSchedule')
  return [...before.filter(({ key }) => !own.has(key)), ...wanted]
}

/** Nobody can say that it is ready: traffic must not go there. */
function unready(one: Pod, now: Date): Step {
  const time = rfc3339(now)
  const conditions = (one.status?.conditions ?? []).map((condition) =>
    condition.type === 'Ready'
      ? { ...condition, status: 'False', reason: 'NodeNotReady', lastTransitionTime: time }
      : condition,
  )
  return status(pod, one, { ...one.status, conditions } as Pod['status'])
}

const leases = 'kube-node-lease'

/**
 * A node is heard when its lease or its Ready heartbeat changes, by this process' own clock: after a restart, or a
 * machine that slept, nobody is lost before the grace period has passed once more.
 */
export function nodeLifecycle(): Controller {
  const heard = new Map<string, { mark: string; at: number }>()
  const heardAt = (one: Node, held: Lease | undefined, now: Date) => {
    const beat = conditionOf<Condition>(one, 'Ready')?.lastHeartbeatTime
    const mark = `${one.metadata.uid} ${held?.spec?.renewTime ?? ''} ${beat ?? ''}`
    const before = heard.get(one.metadata.name)
    if (before?.mark === mark) return before.at
    heard.set(one.metadata.name, { mark, at: now.getTime() })
    return now.getTime()
  }
  return controller<Node>({
    name: 'node-lifecycle',
    component: 'node-controller',
    kind: node,
    watches: [watch(lease, ({ metadata }) => (metadata.namespace === leases ? [{ name: metadata.name }] : []))],
    reads: [pod as never],
    indexes: [{ kind: pod as never, name: 'node', values: ({ spec }: Pod) => (spec.nodeName ? [spec.nodeName] : []) }],
    reconcile: (one, snapshot) =>
      watchNode(one, {
        heardAt: heardAt(one, snapshot.get(lease, { namespace: leases, name: one.metadata.name }), snapshot.now),
        pods: snapshot.by(pod, 'node', one.metadata.name),
        now: snapshot.now,
      }),
    gone: ({ name }) => {
      heard.delete(name)
      return []
    },
  })
}
