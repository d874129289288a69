import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { create, event, type Plan, patch, remove, type Step, status } from '@sampan/control/plan'
import { amountOf } from '@sampan/kit/int-or-percent'
import { jsonEqual } from '@sampan/kit/json-equal'
import { selects } from '@sampan/kit/selectors'
import { type ControllerRevision, controllerRevision } from '@sampan/resources/apps/controller-revision'
import { type StatefulSet, statefulSet } from '@sampan/resources/apps/stateful-set'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isAvailable, isReady, isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { controllerOf } from '@sampan/resources/owners'
import { claim, orphansOf } from './claim.ts'
import { historyOf, revisionHashLabel, surplusHistory, templateIn } from './history.ts'
import { lookAgain } from './replicas.ts'
import { claimsOf, ordinalOf, podName, statefulPod } from './stateful-pod.ts'

export interface StatefulAround {
  pods: readonly Pod[]
  revisions: readonly ControllerRevision[]
  /** The claim of a name, if there is one. */
  claim: (name: string) => PersistentVolumeClaim | undefined
  now: Date
}

type StatefulStatus = NonNullable<StatefulSet['status']>

const isRunning = (one: Pod) => one.status?.phase === 'Running' && isReady(one)
const isHealthy = (one: Pod) => isRunning(one) && !one.metadata.deletionTimestamp
const revisionOf = (one: Pod | undefined) => one?.metadata.labels?.[revisionHashLabel]

/**
 * Pods with names of their own, in order: each waits for the ones before it (unless Parallel), goes when the ones after it
 * have gone, and is replaced from the last to the first, never more at a time than may be unavailable.
 */
export function reconcileStatefulSet(set: StatefulSet, around: StatefulAround): Plan {
  const { pods, revisions, now } = around
  const history = historyOf(statefulSet, set, revisions, set.status?.collisionCount)
  const updateRevision = history.now.name
  const known = revisions.some(({ metadata }) => metadata.name === set.status?.currentRevision)
  const currentRevision = (known && set.status?.currentRevision) || updateRevision
  const next = statusOf(set, pods, { currentRevision, updateRevision, now })
  const said = status(statefulSet, set, next)
  if (set.metadata.deletionTimestamp) return [said]
  const inUse = new Set([currentRevision, updateRevision, ...pods.map(revisionOf)])
  return [
    ...history.steps,
    ...moved(set, around, { currentRevision, updateRevision }),
    ...claimOwners(set, around),
    said,
    ...surplusHistory(set, revisions, inUse),
    ...lookAgain(pods, set.spec.minReadySeconds ?? 0, now),
  ]
}

interface Revisions {
  currentRevision: string
  updateRevision: string
}

/** The next steps: make, replace or remove what is due, in order. */
function moved(set: StatefulSet, { pods, revisions, claim: claimNamed, now }: StatefulAround, at: Revisions): Step[] {
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  const first = set.spec.ordinals?.start ?? 0
  const end = first + (set.spec.replicas ?? 1)
  const byOrdinal = new Map(pods.map((one) => [ordinalOf(set, one.metadata.name) ?? -1, one]))
  const isUsable = (one: Pod) => isRunning(one) && isAvailable(one, set.spec.minReadySeconds ?? 0, now)
  const steps: Step[] = []
  for (let ordinal = first; ordinal < end; ordinal++) {
    const one = byOrdinal.get(ordinal)
    if (!one) {
      steps.push(...started(set, ordinal, revisions, at, claimNamed))
      if (isOrdered) return steps
      continue
    }
    const isLeaving = one.metadata.deletionTimestamp !== undefined
    if (isTerminal(one) && !isLeaving) {
      steps.push(
        remove(pod, one),
        event(
          set,
          'Warning',
          'RecreatingFailedPod',
          `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating failed Pod ${one.metadata.name}`,
        ),
      )
      if (isOrdered) return steps
      continue
    }
    steps.push(...claimsMade(set, ordinal, claimNamed))
    if (isOrdered && (isLeaving || !isUsable(one))) return steps
  }
  const condemned = pods
    .map((one) => ({ one, ordinal: ordinalOf(set, one.metadata.name) ?? -1 }))
    .filter(({ ordinal }) => ordinal < first || ordinal >= end)
    .toSorted((a, b) => b.ordinal - a.ordinal)
  const firstUnhealthy = [...pods]
    .toSorted((a, b) => (ordinalOf(set, a.metadata.name) ?? -1) - (ordinalOf(set, b.metadata.name) ?? -1))
    .find((one) => !isHealthy(one))
  for (const { one } of condemned) {
    const isLeaving = one.metadata.deletionTimestamp !== undefined
    if (isLeaving && isOrdered) return steps
    if (isLeaving) continue
    if (isOrdered && !isUsable(one) && one !== firstUnhealthy) return steps
    steps.push(...removed(set, one))
    if (isOrdered) return steps
  }
  return [...steps, ...updated(set, { byOrdinal, first, end, isUsable }, at)]
}

const removed = (set: StatefulSet, one: Pod): Step[] => [
  remove(pod, one),
  event(
    set,
    'Normal',
    'SuccessfulDelete',
    `delete Pod ${one.metadata.name} in StatefulSet ${set.metadata.name} successful`,
  ),
]

interface Ordinals {
  byOrdinal: ReadonlyMap<number, Pod>
  first: number
  end: number
  isUsable: (one: Pod) => boolean
}

/** From the last pod down to the partition: one by one, or as many as may be unavailable. */
function updated(
  set: StatefulSet,
  { byOrdinal, first, end, isUsable }: Ordinals,
  { updateRevision }: Revisions,
): Step[] {
  if (set.spec.updateStrategy?.type === 'OnDelete') return []
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {}
  const allowed = Math.max(1, amountOf(maxUnavailable, set.spec.replicas ?? 1, 'up'))
  const all = [...byOrdinal.entries()].filter(([ordinal]) => ordinal >= first && ordinal < end)
  let unavailable = all.filter(([, one]) => !isUsable(one) || one.metadata.deletionTimestamp).length
  const steps: Step[] = []
  for (let ordinal = end - 1; ordinal >= first + partition; ordinal--) {
    const one = byOrdinal.get(ordinal)
    if (!one) return steps
    const isDown = !isUsable(one) || one.metadata.deletionTimestamp !== undefined
    if (revisionOf(one) !== updateRevision && !one.metadata.deletionTimestamp) {
      if (!isDown && unavailable >= allowed) return steps
      steps.push(...removed(set, one))
      if (!isDown) unavailable++
      if (unavailable >= allowed) return steps
    } else if (isDown && unavailable >= allowed) return steps
  }
  return steps
}

/** An update has not reached what is below the partition: such a pod comes back as it was. */
function started(
  set: StatefulSet,
  ordinal: number,
  revisions: readonly ControllerRevision[],
  { currentRevision, updateRevision }: Revisions,
  claimNamed: StatefulAround['claim'],
): Step[] {
  const first = set.spec.ordinals?.start ?? 0
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  const below = rollingUpdate?.partition ?? (type === 'RollingUpdate' ? (set.status?.currentReplicas ?? 0) : 0)
  const isOld = currentRevision !== updateRevision && ordinal < first + below
  const old = isOld && revisions.find(({ metadata }) => metadata.name === currentRevision)
  const template = (old && templateIn(old)) || set.spec.template
  const name = podName(set, ordinal)
  return [
    ...claimsMade(set, ordinal, claimNamed),
    create(pod, statefulPod(set, template, old ? currentRevision : updateRevision, ordinal), {
      created: () => [
        event(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`),
      ],
      failed: ({ message }) => [
        event(
          set,
          'Warning',
          'FailedCreate',
          `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${message}`,
        ),
      ],
    }),
  ]
}

function claimsMade(set: StatefulSet, ordinal: number, claimNamed: StatefulAround['claim']): Step[] {
  return [...claimsOf(set, ordinal)].flatMap(([volume, name]) => {
    const template = set.spec.volumeClaimTemplates?.find(({ metadata }) => metadata?.name === volume)
    if (!template || claimNamed(name)) return []
    const { labels, annotations } = template.metadata ?? {}
    const made = {
      metadata: {
        name,
        namespace: set.metadata.namespace,
        labels: { ...labels, ...set.spec.selector.matchLabels },
        ...(annotations && { annotations }),
      },
      spec: template.spec,
    }
    const about = `Claim ${name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`
    return [
      create(persistentVolumeClaim, made, {
        created: () => [event(set, 'Normal', 'SuccessfulCreate', `create ${about} success`)],
        failed: ({ message }) => [event(set, 'Warning', 'FailedCreate', `create ${about} failed error: ${message}`)],
      }),
    ]
  })
}

/** Claims that are to go with the set, or with a pod that is scaled away, say so by their owners. */
function claimOwners(set: StatefulSet, { pods, claim: claimNamed }: StatefulAround): Step[] {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  const first = set.spec.ordinals?.start ?? 0
  const end = first + (set.spec.replicas ?? 1)
  return pods.flatMap((one) => {
    const ordinal = ordinalOf(set, one.metadata.name) ?? -1
    const isCondemned = ordinal < first || ordinal >= end
    return [...claimsOf(set, ordinal).values()].flatMap((name) => {
      const found = claimNamed(name)
      if (!found || found.metadata.deletionTimestamp) return []
      const before = found.metadata.ownerReferences ?? []
      const strangers = before.filter(
        ({ uid, kind, name: other }) => uid !== set.metadata.uid && !(kind === 'Pod' && other === one.metadata.name),
      )
      const wanted = [
        ...strangers,
        ...(whenDeleted === 'Delete' && !(whenScaled === 'Delete' && isCondemned)
          ? [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: set.metadata.name, uid: set.metadata.uid ?? '' }]
          : []),
        ...(whenScaled === 'Delete' && isCondemned
          ? [{ apiVersion: 'v1', kind: 'Pod', name: one.metadata.name, uid: one.metadata.uid ?? '' }]
          : []),
      ]
      const plain = before.map(({ apiVersion, kind, name: other, uid }) => ({ apiVersion, kind, name: other, uid }))
      if (strangers.length === before.length && wanted.length === before.length) return []
      if (jsonEqual(plain, wanted)) return []
      return [patch(persistentVolumeClaim, found.metadata, { metadata: { ownerReferences: wanted } })]
    })
  })
}

function statusOf(
  set: StatefulSet,
  pods: readonly Pod[],
  { currentRevision, updateRevision, now }: Revisions & { now: Date },
): StatefulStatus {
  const staying = pods.filter(({ metadata }) => !metadata.deletionTimestamp)
  const at = (revision: string) => staying.filter((one) => revisionOf(one) === revision).length
  const running = pods.filter(isRunning)
  const replicas = set.spec.replicas ?? 1
  const isRolling = set.spec.updateStrategy?.type !== 'OnDelete'
  const updatedReplicas = at(updateRevision)
  const isDone = isRolling && updatedReplicas === replicas && pods.length === replicas && running.length === replicas
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: running.length || undefined,
    availableReplicas: running.filter((one) => isAvailable(one, set.spec.minReadySeconds ?? 0, now)).length,
    currentReplicas: (isDone ? updatedReplicas : at(currentRevision)) || undefined,
    updatedReplicas: updatedReplicas || undefined,
    currentRevision: isDone ? updateRevision : currentRevision,
    updateRevision,
    collisionCount: set.status?.collisionCount ?? 0,
    conditions: set.status?.conditions,
  } as StatefulStatus
}

export const statefulSets: Controller = controller<StatefulSet>({
  name: 'stateful-set',
  component: 'statefulset-controller',
  kind: statefulSet,
  watches: [
    watch(pod, 'owner'),
    watch(pod, setsForOrphan),
    watch(controllerRevision, 'owner'),
    watch(persistentVolumeClaim, setsForClaim),
  ],
  indexes: [orphansOf(pod), orphansOf(controllerRevision)],
  reconcile(set, snapshot) {
    const namespace = set.metadata.namespace
    const isMatch = ({ metadata }: Pod | ControllerRevision) => selects(set.spec.selector, metadata.labels)
    const pods = claim(pod, [statefulSet, set], {
      owned: snapshot.owned(pod, set),
      orphans: snapshot.by(pod, 'orphan', namespace ?? ''),
      isMatch: (one) => isMatch(one) && ordinalOf(set, one.metadata.name) !== undefined,
    })
    const revisions = claim(controllerRevision, [statefulSet, set], {
      owned: snapshot.owned(controllerRevision, set),
      orphans: snapshot.by(controllerRevision, 'orphan', namespace ?? ''),
      isMatch,
    })
    const plan = reconcileStatefulSet(set, {
      pods: pods.owned,
      revisions: revisions.owned,
      claim: (name) => snapshot.get(persistentVolumeClaim, { namespace, name }),
      now: snapshot.now,
    })
    return [...pods.steps, ...revisions.steps, ...plan]
  },
})

function setsForOrphan(orphan: Pod, snapshot: Snapshot) {
  if (controllerOf(orphan)) return []
  return snapshot
    .list(statefulSet, orphan.metadata.namespace)
    .filter(({ spec }) => selects(spec.selector, orphan.metadata.labels))
    .map(({ metadata }) => metadata)
}

/** A claim that is gone is made anew for the pod that needs it. */
function setsForClaim({ metadata }: PersistentVolumeClaim, snapshot: Snapshot) {
  return snapshot
    .list(statefulSet, metadata.namespace)
    .filter(({ spec }) =>
      (spec.volumeClaimTemplates ?? []).some((one) => metadata.name.startsWith(`${one.metadata?.name}-`)),
    )
    .map((set) => set.metadata)
}
