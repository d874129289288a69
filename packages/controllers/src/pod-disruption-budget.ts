import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, event, type Plan, type Step, status } from '@sampan/control/plan'
import { amountOf } from '@sampan/kit/int-or-percent'
import { selects } from '@sampan/kit/selectors'
import { deployment } from '@sampan/resources/apps/deployment'
import { replicaSet } from '@sampan/resources/apps/replica-set'
import { statefulSet } from '@sampan/resources/apps/stateful-set'
import { type AnyCondition, withCondition } from '@sampan/resources/conditions'
import { isReady, isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { replicationController } from '@sampan/resources/core/replication-controller'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { controllerOf } from '@sampan/resources/owners'
import { type PodDisruptionBudget, podDisruptionBudget } from '@sampan/resources/policy/pod-disruption-budget'

/** An eviction that was allowed but whose pod is still there after this long did not happen. */
const evictionMs = 2 * 60_000

export interface BudgetAround {
  /** Pods the budget selects. */
  pods: readonly Pod[]
  /** How many pods the controller of a pod wants; undefined when it has none with a scale. */
  scaleOf: (pod: Pod) => { owner: string; replicas: number } | undefined
  now: Date
}

/** How many of its pods may be missing on purpose right now. */
export function reconcileBudget(one: PodDisruptionBudget, { pods, scaleOf, now }: BudgetAround): Plan {
  const counted = pods.filter((each) => !isTerminal(each))
  const sizes = sizesOf(one, counted, scaleOf)
  if ('problem' in sizes) {
    const failed = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: sizes.problem }
    return [
      event(
        one,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${sizes.problem}`,
      ),
      status(podDisruptionBudget, one, {
        ...empty,
        ...one.status,
        disruptionsAllowed: 0,
        observedGeneration: one.metadata.generation,
        conditions: conditionsOf(one, failed, now),
      }),
    ]
  }
  const { expected, desired } = sizes
  const { disruptedPods, steps } = stillDisrupted(one, counted, now)
  const healthy = counted.filter(
    (each) => isReady(each) && !each.metadata.deletionTimestamp && !(each.metadata.name in disruptedPods),
  ).length
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0
  const condition =
    allowed > 0
      ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }
      : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' }
  return [
    status(podDisruptionBudget, one, {
      observedGeneration: one.metadata.generation,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods: disruptedPods as never }),
      conditions: conditionsOf(one, condition, now),
    }),
    ...steps,
  ]
}

const empty = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }

const conditionsOf = (one: PodDisruptionBudget, next: AnyCondition, now: Date) =>
  withCondition(
    one.status?.conditions as AnyCondition[] | undefined,
    { ...next, observedGeneration: one.metadata.generation } as AnyCondition,
    now,
  ) as never

function sizesOf({ spec }: PodDisruptionBudget, pods: readonly Pod[], scaleOf: BudgetAround['scaleOf']) {
  const { minAvailable, maxUnavailable } = spec
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable }
  const owners = new Map<string, number>()
  for (const each of pods) {
    const scale = scaleOf(each)
    if (!scale) return { problem: `found no controllers for pod "${each.metadata.name}"` }
    owners.set(scale.owner, scale.replicas)
  }
  const expected = [...owners.values()].reduce((total, replicas) => total + replicas, 0)
  if (maxUnavailable !== undefined)
    return { expected, desired: Math.max(0, expected - amountOf(maxUnavailable, expected, 'up')) }
  if (minAvailable !== undefined) return { expected, desired: amountOf(minAvailable, expected, 'up') }
  return { expected, desired: 0 }
}

function stillDisrupted({ status: own }: PodDisruptionBudget, pods: readonly Pod[], now: Date) {
  const disruptedPods: Record<string, unknown> = {}
  const steps: Step[] = []
  for (const [name, since] of Object.entries(own?.disruptedPods ?? {})) {
    const one = pods.find(({ metadata }) => metadata.name === name)
    const left = Date.parse(String(since)) + evictionMs - now.getTime()
    if (!one || one.metadata.deletionTimestamp || left <= 0) continue
    disruptedPods[name] = since
    steps.push(again(left + 10))
  }
  return { disruptedPods, steps }
}

const scaled: readonly Definition[] = [replicaSet, replicationController, statefulSet, deployment] as never

function scaleIn(snapshot: Snapshot, object: KubeObject): { owner: string; replicas: number } | undefined {
  const owner = controllerOf(object)
  const kind = owner && scaled.find((one) => one.kind === owner.kind && owner.apiVersion.startsWith(one.group))
  const found = kind && snapshot.get(kind, { namespace: object.metadata.namespace, name: owner.name })
  if (!found || found.metadata.uid !== owner?.uid) return undefined
  const above = scaleIn(snapshot, found)
  return above ?? { owner: owner.uid, replicas: (found as { spec?: { replicas?: number } }).spec?.replicas ?? 1 }
}

const budgetsIn = (snapshot: Snapshot, namespace: string | undefined) =>
  snapshot.list(podDisruptionBudget, namespace).map(({ metadata }) => metadata)

export const podDisruptionBudgets: Controller = controller<PodDisruptionBudget>({
  name: 'pod-disruption-budget',
  component: 'controllermanager',
  kind: podDisruptionBudget,
  watches: [
    watch(pod, ({ metadata }, snapshot) =>
      snapshot
        .list(podDisruptionBudget, metadata.namespace)
        .filter(({ spec }) => selects(spec.selector, metadata.labels))
        .map((one) => one.metadata),
    ),
    watch(replicaSet, ({ metadata }, snapshot) => budgetsIn(snapshot, metadata.namespace)),
    watch(deployment, ({ metadata }, snapshot) => budgetsIn(snapshot, metadata.namespace)),
    watch(statefulSet, ({ metadata }, snapshot) => budgetsIn(snapshot, metadata.namespace)),
    watch(replicationController, ({ metadata }, snapshot) => budgetsIn(snapshot, metadata.namespace)),
  ],
  reconcile: (one, snapshot) =>
    reconcileBudget(one, {
      pods: snapshot
        .list(pod, one.metadata.namespace)
        .filter(({ metadata }) => selects(one.spec.selector, metadata.labels)),
      scaleOf: (each) => scaleIn(snapshot, each),
      now: snapshot.now,
    }),
})
