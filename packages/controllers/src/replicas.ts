import type { Snapshot } from '@sampan/control/controller'
import { again, create, event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { type AnyCondition, conditionOf, withCondition, withoutCondition } from '@sampan/resources/conditions'
import { isActive, isAvailable, isReady, type Pod, type PodTemplate, pod } from '@sampan/resources/core/pod'
import type { Definition } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { claim } from './claim.ts'
import { leastUsefulFirst } from './pod-rank.ts'
import { podFrom } from './pod-template.ts'

/** What ReplicaSets and ReplicationControllers have in common. */
export interface Replicated extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; template?: PodTemplate }
  status?: ReplicatedStatus
}

export interface ReplicatedStatus {
  replicas: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  terminatingReplicas?: number
  observedGeneration?: number
  conditions?: AnyCondition[]
}

export interface Around {
  owned: readonly Pod[]
  /** Pods of the namespace that nobody controls. */
  orphans: readonly Pod[]
  now: Date
}

export const around = (snapshot: Snapshot, owner: KubeObject): Around => ({
  owned: snapshot.owned(pod, owner),
  orphans: snapshot.by(pod, 'orphan', owner.metadata.namespace ?? ''),
  now: snapshot.now,
})

/** Keeps exactly `spec.replicas` live pods. Finished and leaving pods do not count. */
export function keepReplicas<T extends Replicated>(
  kind: Definition<T>,
  set: T,
  { owned, orphans, now }: Around,
  isMatch: (pod: Pod) => boolean,
): Plan {
  const claimed = claim(pod, [kind, set], { owned, orphans: orphans.filter(isActive), isMatch })
  const live = claimed.owned.filter(isActive)
  const next = statusOf(set, claimed.owned, live, now)
  const said = status(kind, set, next as T['status'])
  if (set.metadata.deletionTimestamp) return [...claimed.steps, said] // the garbage collector removes owned pods
  const wanted = set.spec.replicas ?? 1
  const tooMany = leastUsefulFirst(live).slice(0, Math.max(0, live.length - wanted))
  return [
    ...claimed.steps,
    ...Array.from({ length: Math.max(0, wanted - live.length) }, () => one(kind, set, next, now)),
    ...tooMany.map((going) => remove(pod, going)),
    ...tooMany.map((going) => event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${going.metadata.name}`)),
    said,
    ...lookAgain(live, set.spec.minReadySeconds ?? 0, now),
  ]
}

function one<T extends Replicated>(kind: Definition<T>, set: T, next: ReplicatedStatus, now: Date): Step {
  return create(pod, podFrom(set.spec.template ?? {}, kind, set), {
    created: ({ metadata }) => [event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name}`)],
    failed: (error) => (isGoing(error) ? [] : whenRefused(kind, set, next, now, error)),
  })
}

function whenRefused<T extends Replicated>(
  kind: Definition<T>,
  set: T,
  next: ReplicatedStatus,
  now: Date,
  { message }: Error,
): Plan {
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }
  const before = conditionOf(set, failure.type)
  // Every refusal names another pod: told each time, the object would never come to rest for those who change it.
  const isKnown = before?.status === failure.status && before.reason === failure.reason
  const conditions = isKnown
    ? [...(next.conditions ?? []), before]
    : withCondition(before ? [...(next.conditions ?? []), before] : next.conditions, failure, now)
  return [
    event(set, 'Warning', 'FailedCreate', `Error creating: ${message}`),
    status(kind, set, { ...next, conditions } as T['status']),
  ]
}

const isGoing = (error: Error) =>
  error instanceof StatusError && !!error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')

/** Absent stands for zero where Kubernetes leaves zero out. */
function statusOf(set: Replicated, all: readonly Pod[], live: readonly Pod[], now: Date): ReplicatedStatus {
  const labels = Object.entries(set.spec.template?.metadata?.labels ?? {})
  const count = (is: (pod: Pod) => boolean) => live.filter(is).length || undefined
  const conditions = withoutCondition(set.status?.conditions, 'ReplicaFailure')
  return {
    replicas: live.length,
    fullyLabeledReplicas: count(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value)),
    readyReplicas: count(isReady),
    availableReplicas: count((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)),
    observedGeneration: set.metadata.generation,
    ...(set.kind !== 'ReplicationController' && {
      terminatingReplicas: all.filter(
        ({ metadata, status: { phase } = {} }) =>
          metadata.deletionTimestamp !== undefined && phase !== 'Succeeded' && phase !== 'Failed',
      ).length,
    }),
    ...(conditions.length > 0 && { conditions }),
  }
}

/** When the next ready pod will have been ready for long enough. */
export function lookAgain(live: readonly Pod[], minReadySeconds: number, now: Date): Step[] {
  if (minReadySeconds === 0) return []
  const waits = live
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, now))
    .map((pod) => Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') + minReadySeconds * 1000)
    .filter((at) => !Number.isNaN(at))
  return waits.length > 0 ? [again(Math.max(10, Math.min(...waits) - now.getTime()))] : []
}
