import { amountOf, percentOf } from '@sampan/kit/int-or-percent'
import { jsonEqual } from '@sampan/kit/json-equal'
import { dnsLabelProblems } from '@sampan/kit/names'
import { selects, selectsMap } from '@sampan/kit/selectors'
import {
  amount,
  immutable,
  isEmptySelector,
  isSoundSelector,
  labelSelector,
  named,
  notNegative,
  oneOf,
  type Problems,
} from '../check.ts'
import { claimSpecProblems } from '../core/claim-validation.ts'
import type { PodTemplate } from '../core/pod.ts'
import { podTemplateProblems } from '../core/pod-validation.ts'
import type { ReplicationController } from '../core/replication-controller.ts'
import type { LabelSelector } from '../meta.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { ControllerRevision } from './controller-revision.ts'
import type { DaemonSet } from './daemon-set.ts'
import type { Deployment } from './deployment.ts'
import type { ReplicaSet } from './replica-set.ts'
import type { StatefulSet } from './stateful-set.ts'

/** Selector and template of every workload that keeps pods running. */
function* templateProblems(selector: LabelSelector | undefined, template: PodTemplate | undefined): Problems {
  if (!selector) yield required('spec.selector')
  else {
    yield* labelSelector('spec.selector', selector)
    if (isEmptySelector(selector))
      yield invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')
    else if (template && isSoundSelector(selector) && !selects(selector, template.metadata?.labels))
      yield invalidValue(
        'spec.template.metadata.labels',
        template.metadata?.labels ?? null,
        '`selector` does not match template `labels`',
      )
  }
  yield* podTemplateProblems('spec.template', template)
  yield* onlyAlways(template)
}

function* onlyAlways(template: PodTemplate | undefined): Problems {
  const policy = template?.spec?.restartPolicy
  if (policy && policy !== 'Always') yield notSupported('spec.template.spec.restartPolicy', policy, ['Always'])
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    yield forbiddenField(
      'spec.template.spec.activeDeadlineSeconds',
      'activeDeadlineSeconds in ReplicaSet is not Supported',
    )
}

/** A template that did not change is not looked at again. */
const isSame = (one: { spec: unknown }, old: { spec: unknown } | undefined) =>
  old !== undefined && jsonEqual(one.spec, old.spec)

export function* replicaSetProblems(one: ReplicaSet, old?: ReplicaSet): Problems {
  if (isSame(one, old)) return
  yield* notNegative('spec.replicas', one.spec.replicas)
  yield* notNegative('spec.minReadySeconds', one.spec.minReadySeconds)
  yield* templateProblems(one.spec.selector, one.spec.template)
  if (old) yield* immutable('spec.selector', one.spec.selector, old.spec.selector)
}

export function* replicationControllerProblems(one: ReplicationController, old?: ReplicationController): Problems {
  if (isSame(one, old)) return
  const { spec } = one
  yield* notNegative('spec.replicas', spec.replicas)
  yield* notNegative('spec.minReadySeconds', spec.minReadySeconds)
  if (Object.keys(spec.selector ?? {}).length === 0) yield required('spec.selector')
  else if (spec.template && !selectsMap(spec.selector, spec.template.metadata?.labels))
    yield invalidValue(
      'spec.template.metadata.labels',
      spec.template.metadata?.labels ?? null,
      '`selector` does not match template `labels`',
    )
  if (!spec.template) yield required('spec.template')
  else yield* podTemplateProblems('spec.template', spec.template)
  yield* onlyAlways(spec.template)
}

export function* deploymentProblems(one: Deployment, old?: Deployment): Problems {
  if (isSame(one, old)) return
  const { spec } = one
  yield* notNegative('spec.replicas', spec.replicas)
  yield* templateProblems(spec.selector, spec.template)
  const { type, rollingUpdate } = spec.strategy ?? {}
  yield* oneOf('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])
  if (type === 'Recreate' && rollingUpdate)
    yield forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
  if (type === 'RollingUpdate' && rollingUpdate) yield* surgeProblems('spec.strategy.rollingUpdate', rollingUpdate)
  yield* notNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  yield* notNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds)
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0))
    yield invalidValue(
      'spec.progressDeadlineSeconds',
      spec.progressDeadlineSeconds,
      'must be greater than minReadySeconds',
    )
  if (old) yield* immutable('spec.selector', spec.selector, old.spec.selector)
}

interface Rolling {
  maxSurge?: number | string
  maxUnavailable?: number | string
}

function* surgeProblems(at: string, { maxSurge, maxUnavailable }: Rolling, isZeroAllowed = false): Problems {
  yield* amount(`${at}.maxUnavailable`, maxUnavailable, true)
  yield* amount(`${at}.maxSurge`, maxSurge)
  if (!isZeroAllowed && isZero(maxSurge) && isZero(maxUnavailable))
    yield invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')
}

const isZero = (value: number | string | undefined) =>
  typeof value === 'string' ? percentOf(value) !== undefined && amountOf(value, 100, 'up') === 0 : value === 0

export function* daemonSetProblems(one: DaemonSet, old?: DaemonSet): Problems {
  if (isSame(one, old)) return
  const { spec } = one
  yield* templateProblems(spec.selector, spec.template)
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  yield* oneOf('spec.updateStrategy.type', type, ['RollingUpdate', 'OnDelete'])
  if (type === 'RollingUpdate') {
    if (!rollingUpdate) yield required('spec.updateStrategy.rollingUpdate')
    else {
      yield* surgeProblems('spec.updateStrategy.rollingUpdate', rollingUpdate, true)
      if (isZero(rollingUpdate.maxSurge) && isZero(rollingUpdate.maxUnavailable))
        yield required('spec.updateStrategy.rollingUpdate.maxUnavailable', 'cannot be 0 when maxSurge is 0')
      if (!isZero(rollingUpdate.maxSurge) && !isZero(rollingUpdate.maxUnavailable))
        yield invalidValue(
          'spec.updateStrategy.rollingUpdate.maxSurge',
          rollingUpdate.maxSurge,
          'may not be set when maxUnavailable is non-zero',
        )
    }
  }
  yield* notNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  if (old) yield* immutable('spec.selector', spec.selector, old.spec.selector)
}

const mayChange = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
])

export function* statefulSetProblems(one: StatefulSet, old?: StatefulSet): Problems {
  if (isSame(one, old)) return
  const { spec } = one
  if (!old && one.metadata.name)
    for (const why of dnsLabelProblems(one.metadata.name)) yield invalidValue('metadata.name', one.metadata.name, why)
  if (!['OrderedReady', 'Parallel'].includes(spec.podManagementPolicy ?? ''))
    yield invalidValue('spec.podManagementPolicy', spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'")
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  yield* oneOf('spec.updateStrategy.type', type, ['RollingUpdate', 'OnDelete'])
  if (type === 'OnDelete' && rollingUpdate)
    yield invalidValue(
      'spec.updateStrategy.rollingUpdate',
      rollingUpdate,
      `only allowed for updateStrategy 'RollingUpdate'`,
    )
  yield* notNegative('spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition)
  yield* amount('spec.updateStrategy.rollingUpdate.maxUnavailable', rollingUpdate?.maxUnavailable, true)
  for (const field of ['whenDeleted', 'whenScaled'] as const)
    yield* oneOf(
      `spec.persistentVolumeClaimRetentionPolicy.${field}`,
      spec.persistentVolumeClaimRetentionPolicy?.[field],
      ['Retain', 'Delete'],
    )
  yield* notNegative('spec.replicas', spec.replicas)
  yield* notNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* notNegative('spec.ordinals.start', spec.ordinals?.start)
  // Claims become volumes of the pods, so the template may mount them.
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => ({ name: claim.metadata?.name ?? '', emptyDir: {} }))
  const claimed = new Set(claims.map(({ name }) => name))
  const own = (spec.template?.spec?.volumes ?? []).filter(({ name }) => !claimed.has(name))
  const template = spec.template?.spec
    ? { ...spec.template, spec: { ...spec.template.spec, volumes: [...own, ...claims] } }
    : spec.template
  yield* templateProblems(spec.selector, template)
  for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    yield* named(`spec.volumeClaimTemplates[${index}].metadata.name`, claim.metadata?.name, dnsLabelProblems)
    yield* claimSpecProblems(`spec.volumeClaimTemplates[${index}].spec`, claim.spec)
  }
  if (old && Object.keys({ ...spec, ...old.spec }).some((key) => !mayChange.has(key) && differs(key, spec, old.spec)))
    yield forbiddenField(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    )
}

const differs = (key: string, a: object, b: object) =>
  !jsonEqual((a as Record<string, unknown>)[key] ?? null, (b as Record<string, unknown>)[key] ?? null)

export function* revisionProblems(one: ControllerRevision, old?: ControllerRevision): Problems {
  yield* notNegative('revision', one.revision)
  if (old) yield* immutable('data', one.data, old.data)
}
