import type { Client } from '@sampan/client/client'
import { type Controller, controller } from '@sampan/control/controller'
import { again, event, type Plan, type Step, status } from '@sampan/control/plan'
import { milliOf, quantityOfBytes, quantityOfMilli } from '@sampan/kit/quantity'
import { matches, parseSelector } from '@sampan/kit/selectors'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import {
  type HorizontalPodAutoscaler,
  horizontalPodAutoscaler,
} from '@sampan/resources/autoscaling/horizontal-pod-autoscaler'
import { type AnyCondition, withCondition } from '@sampan/resources/conditions'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { type Definition, pathOf } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { limited, type Memory, noMemory, remember } from './hpa-behavior.ts'
import { customName, isCustom, type Metric, proposedBy, type Reading, readMetric, shownCustom } from './hpa-custom.ts'
import {
  amountOfResource,
  type Proposal,
  proposed,
  type Tolerance,
  type Usage,
  usualTolerance,
  type Wanted,
} from './hpa-replicas.ts'
import { customKind, keptBuiltInKinds } from './served-kinds.ts'

export const periodMs = 15_000

type HpaStatus = NonNullable<HorizontalPodAutoscaler['status']>

/** autoscaling/v1 Scale, as `/scale` of every kind gives it. */
export interface Scale extends KubeObject {
  spec?: { replicas?: number }
  status?: { replicas?: number; selector?: string }
}

export interface Measured {
  scale: Scale
  pods: readonly Pod[]
  usage: ReadonlyMap<string, Usage>
  /** What others measure, or why it could not be had. */
  readings?: ReadonlyMap<Metric, Reading | Error>
  memory: Memory
  now: Date
}

export interface Verdict {
  /** Undefined: leave it as it is. */
  replicas: number | undefined
  status: HpaStatus
  steps: Step[]
}

/** Says how many pods there should be and why. Changes nothing but `memory`. */
export function decide(one: HorizontalPodAutoscaler, measured: Measured): Verdict {
  const { scale, memory, now } = measured
  const current = scale.spec?.replicas ?? 0
  let conditions = (one.status?.conditions ?? []) as AnyCondition[]
  const steps: Step[] = []
  const say = (type: string, is: boolean, reason: string, message: string) => {
    conditions = withCondition(conditions, { type, status: is ? 'True' : 'False', reason, message }, now)
  }
  const done = (replicas: number | undefined, desired: number, currentMetrics: unknown[] = []): Verdict => ({
    replicas,
    steps,
    status: {
      ...one.status,
      observedGeneration: one.metadata.generation,
      currentReplicas: scale.status?.replicas ?? current,
      desiredReplicas: desired,
      ...(currentMetrics.length > 0 && { currentMetrics: currentMetrics as never }),
      ...(replicas !== undefined &&
        replicas !== current && { lastScaleTime: now.toISOString().replace(/\.\d+/, '') as never }),
      conditions: conditions as never,
    },
  })
  say('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
  const { minReplicas = 1, maxReplicas } = one.spec
  if (current === 0 && minReplicas !== 0) {
    say('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
    return done(undefined, 0)
  }
  if (current > maxReplicas || current < minReplicas) {
    const isAbove = current > maxReplicas
    const bound = isAbove ? maxReplicas : minReplicas
    const reason = isAbove ? 'TooManyReplicas' : 'TooFewReplicas'
    say('ScalingLimited', true, reason, limitText[reason] ?? '')
    const why = `Current number of replicas ${isAbove ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas'}`
    say('AbleToScale', true, 'SucceededRescale', rescaled(bound))
    steps.push(event(one, 'Normal', 'SuccessfulRescale', `New size: ${bound}; reason: ${why}`))
    return done(bound, bound)
  }
  const metrics = one.spec.metrics ?? [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]
  const found: { metric: Metric; proposal: Proposal }[] = []
  const failures: { metric: Metric; text: string }[] = []
  for (const metric of metrics as Metric[]) {
    try {
      found.push({ metric, proposal: proposalOf(one, metric, measured) })
    } catch (error) {
      failures.push({ metric, text: `failed to get ${wantOf(metric)}: ${(error as Error).message}` })
    }
  }
  const highest = Math.max(...found.map(({ proposal }) => proposal.replicas))
  // What could not be measured might call for more: then nothing is taken away.
  if (found.length === 0 || (failures.length > 0 && highest < current)) {
    const [first] = failures
    const text = first?.text ?? 'no metrics'
    const reason = `FailedGet${first?.metric.type ?? 'Resource'}Metric`
    say('ScalingActive', false, reason, `the HPA was unable to compute the replica count: ${text}`)
    for (const { metric, text: said } of failures)
      steps.push(event(one, 'Warning', `FailedGet${metric.type}Metric`, said))
    const invalid = `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${failedText(first)}`
    steps.push(event(one, 'Warning', 'FailedComputeMetricsReplicas', invalid))
    return done(undefined, current)
  }
  const decisive = found.find(({ proposal }) => proposal.replicas === highest)
  say(
    'ScalingActive',
    true,
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from ${nameOf(decisive?.metric)}`,
  )
  const result = limited(one, current, highest, memory, now)
  const isStable = result.reason?.endsWith('Stabilized')
  if (isStable)
    say(
      'AbleToScale',
      true,
      result.reason ?? '',
      'recent recommendations were higher than current one, applying the highest recent recommendation',
    )
  else say('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size')
  if (result.reason && !isStable) say('ScalingLimited', true, result.reason, limitText[result.reason] ?? '')
  else say('ScalingLimited', false, 'DesiredWithinRange', 'the desired count is within the acceptable range')
  if (result.replicas !== current) {
    const why = `${nameOf(decisive?.metric)} ${result.replicas > current ? 'above' : 'below'} target`
    const text = result.replicas < current ? 'All metrics below target' : why
    say('AbleToScale', true, 'SucceededRescale', rescaled(result.replicas))
    steps.push(event(one, 'Normal', 'SuccessfulRescale', `New size: ${result.replicas}; reason: ${text}`))
  }
  return done(result.replicas, result.replicas, found.map(shownMetric))
}

function proposalOf(one: HorizontalPodAutoscaler, metric: Metric, measured: Measured): Proposal {
  const { scale, pods, usage, readings, now } = measured
  const current = scale.spec?.replicas ?? 0
  const tolerance = toleranceOf(one)
  if (!isCustom(metric)) return proposed(pods, usage, current, { ...wantedBy(metric), tolerance }, now)
  const reading = readings?.get(metric) ?? new Error('nothing was measured')
  if (reading instanceof Error) throw reading
  return proposedBy(metric, reading, { pods, current, tolerance, now })
}

function toleranceOf({ spec }: HorizontalPodAutoscaler): Tolerance {
  const of = (rules: { tolerance?: string } | undefined, usual: number) =>
    rules?.tolerance === undefined ? usual : milliOf(rules.tolerance) / 1000
  const { scaleUp, scaleDown } = spec.behavior ?? {}
  return { up: of(scaleUp, usualTolerance.up), down: of(scaleDown, usualTolerance.down) }
}

const limitText: Record<string, string> = {
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
}

function wantedBy({ type, resource, containerResource }: Metric): Wanted {
  const source = type === 'Resource' ? resource : type === 'ContainerResource' ? containerResource : undefined
  if (!source) throw new Error(`no metrics of type ${type} are served by this cluster`)
  const { averageUtilization, averageValue } = source.target
  const container = type === 'ContainerResource' ? containerResource?.container : undefined
  if (averageUtilization !== undefined)
    return { resource: source.name, container, target: { utilization: averageUtilization } }
  if (averageValue === undefined) throw new Error(`invalid ${source.name} target: neither a utilization nor a value`)
  return { resource: source.name, container, target: { average: amountOfResource(source.name, averageValue) } }
}

const rescaled = (replicas: number) => `the HPA controller was able to update the target scale to ${replicas}`

/** What was asked for in vain, as events name it. */
function wantOf(metric: Metric): string {
  const source = metric.resource ?? metric.containerResource
  if (!source) return nameOf(metric)
  return `${source.name} ${source.target.averageUtilization === undefined ? 'usage' : 'utilization'}`
}

/** The sentence of a failure as upstream puts it beside the count of all. */
function failedText(failure: { metric: Metric; text: string } | undefined): string {
  if (!failure) return 'no metrics'
  const { resource, containerResource } = failure.metric
  if (resource) return `failed to get ${resource.name} resource metric value: ${failure.text}`
  if (containerResource) return `failed to get ${containerResource.name} container metric value: ${failure.text}`
  return failure.text
}

function nameOf(metric: Metric | undefined): string {
  const { type, resource, containerResource } = metric ?? ({} as Metric)
  if (type === 'Resource')
    return `${resource?.name} resource${resource?.target.averageUtilization === undefined ? '' : ' utilization (percentage of request)'}`
  if (type === 'ContainerResource')
    return `${containerResource?.name} container resource utilization (percentage of request)`
  return metric && isCustom(metric) ? customName(metric) : `${type ?? 'unknown'} metric`
}

function shownMetric({ metric, proposal }: { metric: Metric; proposal: Proposal }) {
  if (isCustom(metric)) return shownCustom(metric, proposal)
  const source = metric.resource ?? metric.containerResource
  const averageValue = source?.name === 'cpu' ? quantityOfMilli(proposal.average) : quantityOfBytes(proposal.average)
  const current = {
    averageValue,
    ...(proposal.utilization !== undefined && { averageUtilization: proposal.utilization }),
  }
  return metric.type === 'Resource'
    ? { type: 'Resource', resource: { name: source?.name, current } }
    : {
        type: 'ContainerResource',
        containerResource: { name: source?.name, container: metric.containerResource?.container, current },
      }
}

/** Scales what it is pointed at by what its pods use, every 15 seconds. */
export function horizontalPodAutoscalers(client: Client): Controller {
  const memories = new Map<string, Memory>()
  const lastRuns = new Map<string, { at: number; generation: number | undefined }>()
  return controller<HorizontalPodAutoscaler>({
    name: 'horizontal-pod-autoscaler',
    component: 'horizontal-pod-autoscaler',
    kind: horizontalPodAutoscaler,
    reads: [pod as never, customResourceDefinition as never],
    async reconcile(one, snapshot): Promise<Plan> {
      if (one.metadata.deletionTimestamp) return []
      const key = `${one.metadata.namespace}/${one.metadata.name}`
      const memory = memories.get(key) ?? noMemory()
      memories.set(key, memory)
      const { now } = snapshot
      // Its own status wakes it: what is measured anew at once would be written, and measured, for ever.
      const last = lastRuns.get(key)
      const left = last && last.generation === one.metadata.generation ? last.at + periodMs - now.getTime() : 0
      if (left > 0) return [again(left)]
      lastRuns.set(key, { at: now.getTime(), generation: one.metadata.generation })
      const { kind, apiVersion, name } = one.spec.scaleTargetRef
      const customKinds = snapshot.list(customResourceDefinition).flatMap((each) => customKind(each) ?? [])
      const kinds = [...keptBuiltInKinds, ...customKinds]
      const target = kinds.find(
        (each) => each.kind === kind && (apiVersion ?? '').split('/').slice(0, -1).join('') === each.group,
      )
      const path = target && pathOf(target, { namespace: one.metadata.namespace, name, subresource: 'scale' })
      try {
        if (!path) throw new Error(`no matches for kind "${kind}" in group "${apiVersion}"`)
        const scale = await ask<Scale>(client, path)
        const selector = parseSelector(scale.status?.selector ?? '')
        const pods = snapshot
          .list(pod, one.metadata.namespace)
          .filter(({ metadata }) => matches(selector, metadata.labels))
        const { namespace = '' } = one.metadata
        const labelled = scale.status?.selector ?? ''
        const metrics: readonly Metric[] = one.spec.metrics ?? []
        const needsUsage = metrics.length === 0 || metrics.some((metric) => !isCustom(metric))
        const usage = needsUsage ? await usageIn(client, namespace, labelled) : new Map<string, Usage>()
        const asking = { ask: (at: string) => ask(client, at), namespace, selector: labelled, kinds }
        const readings = new Map<Metric, Reading | Error>()
        for (const metric of metrics.filter(isCustom))
          readings.set(metric, await readMetric(metric, asking).catch((error: Error) => error))
        const verdict = decide(one, { scale, pods, usage, readings, memory, now })
        const current = scale.spec?.replicas ?? 0
        if (verdict.replicas !== undefined && verdict.replicas !== current) {
          await client.raw({
            method: 'PUT',
            path,
            headers: json,
            body: { ...scale, spec: { ...scale.spec, replicas: verdict.replicas } },
          })
          remember(memory, verdict.replicas - current, now)
        }
        return [status(horizontalPodAutoscaler, one, verdict.status), ...verdict.steps, again(periodMs)]
      } catch (error) {
        const message = (error as Error).message
        const failed = {
          type: 'AbleToScale',
          status: 'False',
          reason: 'FailedGetScale',
          message: `the HPA controller was unable to get the target's current scale: ${message}`,
        }
        const conditions = withCondition(one.status?.conditions as AnyCondition[] | undefined, failed, now) as never
        return [
          event(one, 'Warning', 'FailedGetScale', message),
          status(horizontalPodAutoscaler, one, { currentReplicas: 0, desiredReplicas: 0, ...one.status, conditions }),
          again(periodMs),
        ]
      }
    },
    gone({ namespace, name }) {
      memories.delete(`${namespace}/${name}`)
      lastRuns.delete(`${namespace}/${name}`)
      return []
    },
  })
}

const json = { 'content-type': 'application/json' }
const ask = async <T>(client: Client, path: string) => (await (await client.raw({ method: 'GET', path })).object()) as T

interface PodMetrics extends KubeObject {
  containers?: { name: string; usage?: { cpu?: string; memory?: string } }[]
}

/** By pod name. Empty where nobody serves `metrics.k8s.io`: then the pods tell nothing. */
async function usageIn(client: Client, namespace: string, selector: string): Promise<Map<string, Usage>> {
  const kind = { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods', scope: 'Namespaced' } as Definition
  const path = `${pathOf(kind, { namespace })}?labelSelector=${encodeURIComponent(selector)}`
  try {
    const { items } = await ask<{ items?: PodMetrics[] }>(client, path)
    return new Map(
      (items ?? []).map(({ metadata, containers = [] }) => [
        metadata.name,
        new Map(
          containers.map(({ name, usage }) => [
            name,
            {
              cpu: amountOfResource('cpu', usage?.cpu ?? '0'),
              memory: amountOfResource('memory', usage?.memory ?? '0'),
            },
          ]),
        ),
      ]),
    )
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'ServiceUnavailable')) return new Map()
    throw error
  }
}
