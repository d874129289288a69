import { again, type Step } from '@sampan/control/plan'
import type { Deployment } from '@sampan/resources/apps/deployment'
import type { ReplicaSet } from '@sampan/resources/apps/replica-set'
import { rfc3339 } from '@sampan/resources/conditions'
import { boundsOf, sum } from './rolling.ts'

export type DeploymentStatus = NonNullable<Deployment['status']>
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number]

/** A deadline of this many seconds means none. */
const noDeadline = 2 ** 31 - 1

/** The counts as the sets' statuses say, and whether enough is available. Conditions otherwise as given. */
export function countedStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  fresh: ReplicaSet | undefined,
  conditions: readonly DeploymentCondition[],
  now: Date,
): DeploymentStatus {
  const available = sum(sets, ({ status }) => status?.availableReplicas ?? 0)
  const replicas = deployment.spec.replicas ?? 1
  const isRolling = deployment.spec.strategy?.type !== 'Recreate'
  const { unavailable } = boundsOf(replicas, deployment.spec.strategy?.rollingUpdate)
  const enough = available >= replicas - (isRolling ? unavailable : 0)
  const terminating = sum(sets, ({ status }) => (status as { terminatingReplicas?: number })?.terminatingReplicas ?? 0)
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: sum(sets, ({ status }) => status?.replicas ?? 0) || undefined,
    updatedReplicas: fresh?.status?.replicas || undefined,
    readyReplicas: sum(sets, ({ status }) => status?.readyReplicas ?? 0) || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, sum(sets, ({ spec }) => spec.replicas ?? 1) - available) || undefined,
    terminatingReplicas: terminating,
    collisionCount: deployment.status?.collisionCount,
    conditions: settled(
      conditions,
      enough
        ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : condition(
            'Available',
            'False',
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      now,
    ),
  } as DeploymentStatus
}

type Said = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>
export const condition = (type: string, status: string, reason: string, message: string): Said => ({
  type,
  status,
  reason,
  message,
})

/** Says it anew unless status and reason are what they were. */
export function settled(conditions: readonly DeploymentCondition[], next: Said, now: Date): DeploymentCondition[] {
  const before = conditions.find(({ type }) => type === next.type)
  return before && before.status === next.status && before.reason === next.reason
    ? [...conditions]
    : renewed(conditions, next, now)
}

/** Says it anew; `lastTransitionTime` stays while the status does. */
export function renewed(conditions: readonly DeploymentCondition[], next: Said, now: Date): DeploymentCondition[] {
  const before = conditions.find(({ type }) => type === next.type)
  const time = rfc3339(now)
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : time
  const made = { ...next, lastUpdateTime: time, lastTransitionTime } as DeploymentCondition
  return before ? conditions.map((one) => (one === before ? made : one)) : [...conditions, made]
}

export const without = (conditions: readonly DeploymentCondition[], unwanted: string) =>
  conditions.filter(({ type }) => type !== unwanted)

/** All replicas are new ones and available, none is left of the old. */
export const isComplete = ({ spec, metadata }: Deployment, status: DeploymentStatus) =>
  (status.updatedReplicas ?? 0) === (spec.replicas ?? 1) &&
  (status.replicas ?? 0) === (spec.replicas ?? 1) &&
  (status.availableReplicas ?? 0) === (spec.replicas ?? 1) &&
  (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)

function isMoving(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  )
}

const deadlineOf = ({ spec }: Deployment) =>
  spec.progressDeadlineSeconds === undefined || spec.progressDeadlineSeconds === noDeadline
    ? undefined
    : spec.progressDeadlineSeconds * 1000

/** Progress and replica failures, added to counts; and when to look whether the deadline has passed. */
export function progressed(
  deployment: Deployment,
  counted: DeploymentStatus,
  { fresh, old }: { fresh?: ReplicaSet; old: readonly ReplicaSet[] },
  now: Date,
): { status: DeploymentStatus; steps: Step[] } {
  let conditions = counted.conditions ?? []
  const deadline = deadlineOf(deployment)
  const steps: Step[] = []
  if (deadline === undefined) conditions = without(conditions, 'Progressing')
  else {
    const before = conditions.find(({ type }) => type === 'Progressing')
    const about = fresh ? `ReplicaSet "${fresh.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
    const wasComplete = counted.replicas === counted.updatedReplicas && before?.reason === 'NewReplicaSetAvailable'
    const left = before && deadline - (now.getTime() - Date.parse(before.lastUpdateTime ?? ''))
    if (!wasComplete) {
      if (isComplete(deployment, counted)) {
        const said = condition('Progressing', 'True', 'NewReplicaSetAvailable', `${about} has successfully progressed.`)
        conditions = settled(conditions, said, now)
      } else if (isMoving(deployment.status ?? {}, counted)) {
        conditions = renewed(
          conditions,
          condition('Progressing', 'True', 'ReplicaSetUpdated', `${about} is progressing.`),
          now,
        )
        steps.push(again(deadline + 1000))
      } else if (before && before.reason !== 'NewReplicaSetAvailable' && before.reason !== 'ProgressDeadlineExceeded') {
        if (left !== undefined && left < 0)
          conditions = settled(
            conditions,
            condition('Progressing', 'False', 'ProgressDeadlineExceeded', `${about} has timed out progressing.`),
            now,
          )
        else steps.push(again((left ?? deadline) + 1000))
      }
    }
  }
  const failing = [fresh, ...old].map((set) => set?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure'))
  const failure = failing.find((one) => one !== undefined)
  conditions = failure
    ? settled(conditions, condition(failure.type, failure.status, failure.reason ?? '', failure.message ?? ''), now)
    : without(conditions, 'ReplicaFailure')
  return { status: { ...counted, conditions }, steps }
}

/** While paused no deadline runs, and going on starts it anew. */
export function pauseNoted(deployment: Deployment, now: Date): DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? []
  if (deadlineOf(deployment) === undefined) return conditions
  const before = conditions.find(({ type }) => type === 'Progressing')
  if (before?.reason === 'ProgressDeadlineExceeded') return conditions
  if (deployment.spec.paused && before?.reason !== 'DeploymentPaused')
    return settled(conditions, condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused'), now)
  if (!deployment.spec.paused && before?.reason === 'DeploymentPaused')
    return settled(conditions, condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed'), now)
  return conditions
}
