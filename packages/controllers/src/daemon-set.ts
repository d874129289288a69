import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { create, event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { amountOf } from '@sampan/kit/int-or-percent'
import { selects } from '@sampan/kit/selectors'
import { type ControllerRevision, controllerRevision } from '@sampan/resources/apps/controller-revision'
import { type DaemonSet, daemonSet } from '@sampan/resources/apps/daemon-set'
import { type Node, node } from '@sampan/resources/core/node'
import { isActive, isAvailable, isReady, type Pod, pod } from '@sampan/resources/core/pod'
import { controllerOf } from '@sampan/resources/owners'
import { claim, orphansOf } from './claim.ts'
import { daemonPod, nodeOf, suits } from './daemon-node.ts'
import { historyOf, revisionHashLabel, surplusHistory } from './history.ts'
import { lookAgain } from './replicas.ts'

export interface DaemonAround {
  pods: readonly Pod[]
  nodes: readonly Node[]
  revisions: readonly ControllerRevision[]
  now: Date
}

type DaemonStatus = NonNullable<DaemonSet['status']>
const hashOf = ({ metadata }: Pod) => metadata.labels?.[revisionHashLabel]

/** One pod on every node that suits; updates replace as many at a time as may be unavailable, or surge. */
export function reconcileDaemonSet(set: DaemonSet, { pods, nodes, revisions, now }: DaemonAround): Plan {
  const history = historyOf(daemonSet, set, revisions, set.status?.collisionCount)
  const { hash } = history.now
  const byNode = new Map<string, Pod[]>()
  for (const one of pods) {
    const name = nodeOf(one) ?? ''
    byNode.set(name, [...(byNode.get(name) ?? []), one])
  }
  const said = status(daemonSet, set, statusOf(set, { byNode, nodes, hash, now }))
  if (set.metadata.deletionTimestamp) return [said]
  const isRolling = set.spec.updateStrategy?.type !== 'OnDelete'
  const inUse = new Set([hash, ...pods.map(hashOf)])
  return [
    ...history.steps,
    ...placed(set, { byNode, nodes, hash, now }),
    ...(isRolling ? rolled(set, { byNode, nodes, hash, now }) : []),
    said,
    ...surplusHistory(set, revisions, inUse),
    ...lookAgain(pods, set.spec.minReadySeconds ?? 0, now),
  ]
}

interface View {
  byNode: ReadonlyMap<string, readonly Pod[]>
  nodes: readonly Node[]
  hash: string
  now: Date
}

/** Starts pods where there is none, removes those that must not stay, are doubled, or have ended. */
function placed(set: DaemonSet, { byNode, nodes, hash }: View): Step[] {
  const steps: Step[] = []
  const known = new Set(nodes.map(({ metadata }) => metadata.name))
  const surge = surgeOf(set, nodes)
  for (const one of nodes) {
    const { name } = one.metadata
    const here = byNode.get(name) ?? []
    const { start, stay } = suits(set, one)
    const ended = here.filter(({ status: own, metadata }) => own?.phase === 'Failed' && !metadata.deletionTimestamp)
    const finished = here.filter(
      ({ status: own, metadata }) => own?.phase === 'Succeeded' && !metadata.deletionTimestamp,
    )
    const live = here.filter(isActive)
    if (!stay) {
      steps.push(...live.map((each) => remove(pod, each)))
      continue
    }
    for (const each of ended)
      steps.push(
        event(
          set,
          'Warning',
          'FailedDaemonPod',
          `Found failed daemon pod ${each.metadata.namespace}/${each.metadata.name} on node ${name}, will try to kill it`,
        ),
      )
    steps.push(...[...ended, ...finished].map((each) => remove(pod, each)))
    const isLeaving = here.some(({ metadata }) => metadata.deletionTimestamp)
    if (start && live.length === 0 && (!isLeaving || surge > 0)) steps.push(started(set, name, hash))
    const doubles = live.toSorted(oldestFirst).slice(1)
    if (surge === 0) steps.push(...doubles.map((each) => remove(pod, each)))
  }
  for (const [name, here] of byNode)
    if (!known.has(name)) steps.push(...here.filter(isActive).map((each) => remove(pod, each)))
  return steps
}

/** The bound one before the waiting one, then the older. */
const oldestFirst = (a: Pod, b: Pod) =>
  Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
  Number(!isReady(a)) - Number(!isReady(b)) ||
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '')

const started = (set: DaemonSet, name: string, hash: string): Step =>
  create(pod, daemonPod(set, name, hash), {
    created: ({ metadata }) => [event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name}`)],
    failed: ({ message }) => [event(set, 'Warning', 'FailedCreate', `Error creating: ${message}`)],
  })

const surgeOf = ({ spec }: DaemonSet, nodes: readonly Node[]) =>
  spec.updateStrategy?.type === 'OnDelete'
    ? 0
    : amountOf(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, nodes.length, 'up')

/** Pods of an earlier template make way: those that serve nobody first, then as many as may be unavailable. */
function rolled(set: DaemonSet, { byNode, nodes, hash, now }: View): Step[] {
  const wanted = nodes.filter((one) => suits(set, one).start)
  const surge = surgeOf(set, wanted)
  const most = amountOf(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, 'up')
  const isUp = (one: Pod) => isAvailable(one, set.spec.minReadySeconds ?? 0, now)
  const facts = wanted.map(({ metadata: { name } }) => {
    const live = (byNode.get(name) ?? []).filter(isActive)
    return {
      name,
      old: live.filter((one) => hashOf(one) !== hash).toSorted(oldestFirst)[0],
      fresh: live.filter((one) => hashOf(one) === hash).toSorted(oldestFirst)[0],
      isServed: live.some(isUp),
      isEmpty: live.length === 0,
    }
  })
  if (surge > 0) {
    let room = surge - facts.filter(({ old, fresh }) => old && fresh).length
    return facts.flatMap(({ name, old, fresh }) => {
      if (!old) return []
      if (fresh) return isUp(fresh) ? [remove(pod, old)] : []
      if (!isUp(old)) return [remove(pod, old)]
      return room-- > 0 ? [started(set, name, hash)] : []
    })
  }
  let room = most - facts.filter(({ isServed }) => !isServed).length
  return facts.flatMap(({ old }) => {
    if (!old) return []
    if (!isUp(old)) return [remove(pod, old)]
    return room-- > 0 ? [remove(pod, old)] : []
  })
}

function statusOf(set: DaemonSet, { byNode, nodes, hash, now }: View): DaemonStatus {
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 }
  for (const one of nodes) {
    const here = (byNode.get(one.metadata.name) ?? []).filter(({ metadata }) => !metadata.deletionTimestamp)
    const { start, stay } = suits(set, one)
    if (!start) {
      if (!stay && here.length > 0) counts.misscheduled++
      else if (!start && here.length > 0) counts.misscheduled++
      continue
    }
    counts.desired++
    if (here.length === 0) continue
    counts.current++
    const best = here.toSorted(oldestFirst)[0]
    const isServed = here.some(isReady)
    if (isServed) counts.ready++
    if (here.some((each) => isAvailable(each, set.spec.minReadySeconds ?? 0, now))) counts.available++
    if (best && hashOf(best) === hash) counts.updated++
  }
  const known = new Set(nodes.map(({ metadata }) => metadata.name))
  for (const [name, here] of byNode) if (!known.has(name) && here.some(isActive)) counts.misscheduled++
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: counts.updated || undefined,
    numberAvailable: counts.available || undefined,
    numberUnavailable: counts.desired - counts.available || undefined,
    collisionCount: set.status?.collisionCount,
    conditions: set.status?.conditions,
  }
}

export const daemonSets: Controller = controller<DaemonSet>({
  name: 'daemon-set',
  component: 'daemonset-controller',
  kind: daemonSet,
  watches: [
    watch(pod, 'owner'),
    watch(pod, setsForOrphan),
    watch(node, (_, snapshot) => snapshot.list(daemonSet).map(({ metadata }) => metadata)),
    watch(controllerRevision, 'owner'),
  ],
  indexes: [orphansOf(pod), orphansOf(controllerRevision)],
  reconcile(set, snapshot) {
    const namespace = set.metadata.namespace ?? ''
    const isMatch = ({ metadata }: Pod | ControllerRevision) => selects(set.spec.selector, metadata.labels)
    const pods = claim(pod, [daemonSet, set], {
      owned: snapshot.owned(pod, set),
      orphans: snapshot.by(pod, 'orphan', namespace),
      isMatch,
    })
    const revisions = claim(controllerRevision, [daemonSet, set], {
      owned: snapshot.owned(controllerRevision, set),
      orphans: snapshot.by(controllerRevision, 'orphan', namespace),
      isMatch,
    })
    const around = { pods: pods.owned, revisions: revisions.owned, nodes: snapshot.list(node), now: snapshot.now }
    return [...pods.steps, ...revisions.steps, ...reconcileDaemonSet(set, around)]
  },
})

function setsForOrphan(orphan: Pod, snapshot: Snapshot) {
  if (controllerOf(orphan)) return []
  return snapshot
    .list(daemonSet, orphan.metadata.namespace)
    .filter(({ spec }) => selects(spec.selector, orphan.metadata.labels))
    .map(({ metadata }) => metadata)
}
