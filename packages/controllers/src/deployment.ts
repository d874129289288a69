import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { create, event, type Plan, patch, remove, type Step, status, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { selects } from '@sampan/kit/selectors'
import { type Deployment, deployment } from '@sampan/resources/apps/deployment'
import { type ReplicaSet, replicaSet } from '@sampan/resources/apps/replica-set'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { isReason } from '@sampan/resources/errors'
import { controllerOf, ownerReference } from '@sampan/resources/owners'
import { claim, orphansOf } from './claim.ts'
import {
  condition,
  countedStatus,
  type DeploymentCondition,
  type DeploymentStatus,
  isComplete,
  pauseNoted,
  progressed,
  settled,
} from './deployment-status.ts'
import {
  createdAt,
  desiredKey,
  hashLabel,
  maxKey,
  newSetOf,
  revisionKey,
  revisionOf,
  setAnnotations,
  templateHash,
} from './revision.ts'
import { type Bounds, boundsOf, newSize, oldSizes, proportionalSizes, type Size } from './rolling.ts'

export interface DeploymentAround {
  /** All ReplicaSets of the Deployment. */
  sets: readonly ReplicaSet[]
  /** Whether pods of this set still exist that have not finished, leaving ones included. Asked for Recreate only. */
  hasPods: (set: ReplicaSet) => boolean
  now: Date
}

/**
 * Moves towards the template in steps that keep between `replicas - maxUnavailable` available and `replicas + maxSurge`
 * existing pods. Everything it needs to know is in the sets: their sizes, statuses and annotations.
 */
export function reconcileDeployment(one: Deployment, { sets, hasPods, now }: DeploymentAround): Plan {
  const fresh = newSetOf(one, sets)
  const old = sets.filter((set) => set !== fresh)
  const noted = pauseNoted(one, now)
  const counted = (conditions: readonly DeploymentCondition[]) => countedStatus(one, sets, fresh, conditions, now)
  if (one.metadata.deletionTimestamp) return [status(deployment, one, counted(noted))]

  if (one.spec.paused || isResized(one, sets)) {
    const state = counted(noted)
    return [
      ...resized(one, fresh, old),
      ...(one.spec.paused ? oldHistory(one, old) : []),
      status(deployment, one, state),
    ]
  }

  const isRecreate = one.spec.strategy?.type === 'Recreate'
  if (isRecreate) {
    const stop = old.filter(({ spec }) => spec.replicas !== 0)
    const isWaiting = stop.length > 0 || old.some(hasPods)
    if (isWaiting) {
      const { status: next, steps } = progressed(one, counted(noted), { fresh, old }, now)
      return [...stop.flatMap((set) => scaled(one, set, 0)), status(deployment, one, next), ...steps]
    }
  }

  const bounds = boundsOf(
    one.spec.replicas ?? 1,
    isRecreate ? { maxSurge: 0, maxUnavailable: 0 } : one.spec.strategy?.rollingUpdate,
  )
  const revision = largest(old.map(revisionOf)) + 1n
  if (!fresh) return begun(one, old, { bounds, revision, counted, noted, now })

  const size = sizeOf(fresh)
  const grown = isRecreate ? bounds.replicas : newSize(size, sets.map(sizeOf), bounds)
  const shrunk = isRecreate ? new Map<string, number>() : oldSizes({ ...size, spec: grown }, old.map(sizeOf), bounds)
  const found = noted.some(({ type }) => type === 'Progressing')
    ? noted
    : settled(
        noted,
        condition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${fresh.metadata.name}"`),
        now,
      )
  const { status: next, steps } = progressed(one, counted(found), { fresh, old }, now)
  const numbered = largest([revision, revisionOf(fresh)])
  return [
    ...scaled(one, fresh, grown, {
      annotations: setAnnotations(one, fresh, revision),
      minReadySeconds: one.spec.minReadySeconds,
    }),
    ...old.flatMap((set) => scaled(one, set, shrunk.get(set.metadata.name) ?? 0)),
    ...revisionNoted(one, numbered),
    ...(isComplete(one, next) ? oldHistory(one, old) : []),
    status(deployment, one, next),
    ...steps,
  ]
}

interface Beginning {
  bounds: Bounds
  revision: bigint
  counted: (conditions: readonly DeploymentCondition[]) => DeploymentStatus
  noted: readonly DeploymentCondition[]
  now: Date
}

/** The first set of a template. A name that is taken by a stranger is a collision: the next try has another name. */
function begun(
  one: Deployment,
  old: readonly ReplicaSet[],
  { bounds, revision, counted, noted, now }: Beginning,
): Plan {
  const hash = templateHash(one.spec.template, one.status?.collisionCount)
  const name = `${one.metadata.name.slice(0, 242)}-${hash}`
  const size = newSize({ name, spec: 0, available: 0, created: 0 }, old.map(sizeOf), bounds)
  const labels = { ...one.spec.template.metadata?.labels, [hashLabel]: hash }
  const made = {
    metadata: {
      name,
      namespace: one.metadata.namespace,
      labels,
      annotations: { ...setAnnotations(one, undefined, revision), ...sizeAnnotations(bounds) },
      ownerReferences: [ownerReference(deployment, one)],
    },
    spec: {
      replicas: size,
      ...(one.spec.minReadySeconds && { minReadySeconds: one.spec.minReadySeconds }),
      selector: { ...one.spec.selector, matchLabels: { ...one.spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...one.spec.template, metadata: { ...one.spec.template.metadata, labels } },
    },
  }
  const said = condition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`)
  const hasDeadline = one.spec.progressDeadlineSeconds !== undefined
  const state = counted(hasDeadline ? settled(noted, said, now) : noted)
  return [
    create(replicaSet, made, {
      created: () => (size > 0 ? [event(one, 'Normal', 'ScalingReplicaSet', scaleText('up', name, 0, size))] : []),
      failed: (error) => refused(one, error, counted(noted), now),
    }),
    ...revisionNoted(one, revision),
    status(deployment, one, state),
  ]
}

function refused(one: Deployment, error: Error, state: DeploymentStatus, now: Date): Plan {
  if (isReason(error, 'AlreadyExists'))
    return [status(deployment, one, { ...state, collisionCount: (one.status?.collisionCount ?? 0) + 1 })]
  const said = condition(
    'Progressing',
    'False',
    'ReplicaSetCreateError',
    `Failed to create new replica set: ${error.message}`,
  )
  return [
    event(one, 'Warning', 'ReplicaSetCreateError', said.message ?? ''),
    status(deployment, one, { ...state, conditions: settled(state.conditions ?? [], said, now) }),
  ]
}

/** `spec.replicas` changed since the sets got their shares. Recreate shares nothing out: one set at a time is used. */
function isResized({ spec }: Deployment, sets: readonly ReplicaSet[]): boolean {
  const used = sets.filter(isUsed)
  if (spec.strategy?.type === 'Recreate' && used.length > 1) return false
  return used
    .map(({ metadata }) => metadata.annotations?.[desiredKey])
    .some((desired) => desired !== undefined && Number(desired) !== (spec.replicas ?? 1))
}

const isUsed = ({ spec }: ReplicaSet) => (spec.replicas ?? 1) > 0

/** Gives every set its share of the new size without moving the rollout. */
function resized(one: Deployment, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): Step[] {
  const replicas = one.spec.replicas ?? 1
  const all = fresh ? [fresh, ...old] : [...old]
  const used = all.filter(isUsed)
  const newest = all.toSorted((a, b) => createdAt(b) - createdAt(a))[0]
  const single = used.length === 1 ? used[0] : used.length === 0 ? (fresh ?? newest) : undefined
  if (single) return scaled(one, single, replicas)
  const isSaturated =
    fresh?.spec.replicas === replicas &&
    Number(fresh.metadata.annotations?.[desiredKey]) === replicas &&
    (fresh.status?.availableReplicas ?? 0) === replicas
  if (isSaturated) return old.filter(isUsed).flatMap((set) => scaled(one, set, 0))
  const bounds = boundsOf(replicas, one.spec.strategy?.rollingUpdate)
  const sizes = proportionalSizes(used.map(sizeOf), bounds, one.status?.replicas ?? 0)
  return used.flatMap((set) => scaled(one, set, sizes.get(set.metadata.name) ?? 0))
}

/** The write that gives a set its size and what goes with it, or nothing when all is so already. */
function scaled(
  one: Deployment,
  set: ReplicaSet,
  replicas: number,
  as: { annotations?: Record<string, string>; minReadySeconds?: number } = set.metadata as object,
): Step[] {
  const isRecreate = one.spec.strategy?.type === 'Recreate'
  const bounds = isRecreate
    ? { replicas: one.spec.replicas ?? 1, surge: 0 }
    : boundsOf(one.spec.replicas ?? 1, one.spec.strategy?.rollingUpdate)
  const before = set.spec.replicas ?? 1
  const wasUsed = before > 0 || replicas > 0
  const wanted = wasUsed ? { ...as.annotations, ...sizeAnnotations(bounds) } : as.annotations
  const minReadySeconds = ('minReadySeconds' in as ? as.minReadySeconds : set.spec.minReadySeconds) || undefined
  const isSame = before === replicas && jsonEqual(wanted ?? {}, set.metadata.annotations ?? {})
  if (isSame && minReadySeconds === (set.spec.minReadySeconds || undefined)) return []
  const next = {
    ...set,
    metadata: { ...set.metadata, annotations: wanted },
    spec: { ...set.spec, replicas, minReadySeconds },
  }
  const write = update(replicaSet, next)
  if (before === replicas) return [write]
  const way = before < replicas ? 'up' : 'down'
  return [write, event(one, 'Normal', 'ScalingReplicaSet', scaleText(way, set.metadata.name, before, replicas))]
}

const scaleText = (way: 'up' | 'down', name: string, from: number, to: number) =>
  `Scaled ${way} replica set ${name} from ${from} to ${to}`

const sizeAnnotations = ({ replicas, surge }: Pick<Bounds, 'replicas' | 'surge'>) => ({
  [desiredKey]: String(replicas),
  [maxKey]: String(replicas + surge),
})

const largest = (all: readonly bigint[]) => all.reduce((most, one) => (one > most ? one : most), 0n)

const revisionNoted = (one: Deployment, revision: bigint): Step[] =>
  one.metadata.annotations?.[revisionKey] === String(revision)
    ? []
    : [patch(deployment, one.metadata, { metadata: { annotations: { [revisionKey]: String(revision) } } })]

/** Old sets beyond the history that is kept go, oldest revision first; only empty ones that have settled. */
function oldHistory({ spec }: Deployment, old: readonly ReplicaSet[]): Step[] {
  if (spec.revisionHistoryLimit === undefined) return []
  const kept = old.filter(({ metadata }) => !metadata.deletionTimestamp)
  const surplus = kept
    .toSorted((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : 1))
    .slice(0, Math.max(0, kept.length - spec.revisionHistoryLimit))
  return surplus
    .filter(
      (set) =>
        !isUsed(set) &&
        (set.status?.replicas ?? 0) === 0 &&
        (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0),
    )
    .map((set) => remove(replicaSet, set))
}

function sizeOf(set: ReplicaSet): Size {
  return {
    name: set.metadata.name,
    spec: set.spec.replicas ?? 1,
    available: set.status?.availableReplicas ?? 0,
    created: createdAt(set),
    max: Number(set.metadata.annotations?.[maxKey]) || undefined,
  }
}

export const deployments: Controller = controller<Deployment>({
  name: 'deployment',
  component: 'deployment-controller',
  kind: deployment,
  watches: [watch(replicaSet, 'owner'), watch(replicaSet, deploymentsForOrphan), watch(pod, recreatingDeployment)],
  indexes: [orphansOf(replicaSet)],
  reconcile(one, snapshot) {
    const claimed = claim(replicaSet, [deployment, one], {
      owned: snapshot.owned(replicaSet, one),
      orphans: snapshot.by(replicaSet, 'orphan', one.metadata.namespace ?? ''),
      isMatch: ({ metadata }) => selects(one.spec.selector, metadata.labels),
    })
    const hasPods = (set: ReplicaSet) => snapshot.owned(pod, set).some((each) => !isTerminal(each))
    return [...claimed.steps, ...reconcileDeployment(one, { sets: claimed.owned, hasPods, now: snapshot.now })]
  },
})

function deploymentsForOrphan(orphan: ReplicaSet, snapshot: Snapshot) {
  if (controllerOf(orphan)) return []
  return snapshot
    .list(deployment, orphan.metadata.namespace)
    .filter(({ spec }) => selects(spec.selector, orphan.metadata.labels))
    .map(({ metadata }) => metadata)
}

/** Recreate waits for the last old pod: its going must be noticed. Rolling updates see all they need in the sets. */
function recreatingDeployment(one: Pod, snapshot: Snapshot) {
  const set = controllerOf(one)
  if (set?.kind !== 'ReplicaSet') return []
  const namespace = one.metadata.namespace
  const owner = snapshot.get(replicaSet, { namespace, name: set.name })
  const name = owner && controllerOf(owner)?.name
  const found = name && snapshot.get(deployment, { namespace, name })
  return found && found.spec.strategy?.type === 'Recreate' ? [found.metadata] : []
}
