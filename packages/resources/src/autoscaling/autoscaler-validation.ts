import { dnsSubdomainProblems } from '@sampan/kit/names'
import { findQuantity } from '@sampan/kit/quantity'
import { named, oneOf, type Problems } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

type Spec = HorizontalPodAutoscaler['spec']
type Metric = NonNullable<Spec['metrics']>[number]
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>

export function* autoscalerProblems({ spec }: HorizontalPodAutoscaler): Problems {
  if (spec.minReplicas !== undefined && spec.minReplicas < 1)
    yield invalidValue('spec.minReplicas', spec.minReplicas, 'must be greater than or equal to 1')
  if (!(spec.maxReplicas > 0)) yield invalidValue('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0')
  else if (spec.minReplicas !== undefined && spec.maxReplicas < spec.minReplicas)
    yield invalidValue('spec.maxReplicas', spec.maxReplicas, 'must be greater than or equal to `minReplicas`')
  yield* named('spec.scaleTargetRef.kind', spec.scaleTargetRef?.kind, pathProblems)
  yield* named('spec.scaleTargetRef.name', spec.scaleTargetRef?.name, pathProblems)
  for (const [index, metric] of (spec.metrics ?? []).entries()) yield* metricProblems(`spec.metrics[${index}]`, metric)
  yield* rulesProblems('spec.behavior.scaleUp', spec.behavior?.scaleUp)
  yield* rulesProblems('spec.behavior.scaleDown', spec.behavior?.scaleDown)
}

const pathProblems = (name: string) => (/[/%]/.test(name) ? ["may not contain '/'"] : [])

const kinds: Record<string, 'resource' | 'containerResource' | 'pods' | 'object' | 'external'> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
}

function* metricProblems(at: string, metric: Metric): Problems {
  if (!metric.type) {
    yield required(`${at}.type`, 'must specify a metric source type')
    return
  }
  yield* oneOf(`${at}.type`, metric.type, Object.keys(kinds).sort())
  const field = Object.hasOwn(kinds, metric.type) ? kinds[metric.type] : undefined
  if (!field) return
  const source = metric[field]
  if (!source) {
    yield required(`${at}.${field}`, 'must populate information for the given metric source')
    return
  }
  if ('name' in source) yield* named(`${at}.${field}.name`, source.name, dnsSubdomainProblems)
  if ('metric' in source && !source.metric?.name)
    yield required(`${at}.${field}.metric.name`, 'must specify a metric name')
  const target: { type?: string; averageUtilization?: number; averageValue?: string; value?: string } =
    source.target ?? {}
  if (!target.type) yield required(`${at}.${field}.target.type`, 'must specify a metric target type')
  const { averageUtilization: percent, averageValue, value } = target
  if (percent !== undefined && percent < 1)
    yield invalidValue(`${at}.${field}.target.averageUtilization`, percent, 'must be greater than 0')
  for (const [name, text] of [
    ['averageValue', averageValue],
    ['value', value],
  ] as const)
    if (text !== undefined && (findQuantity(text)?.nanos ?? 0n) <= 0n)
      yield invalidValue(`${at}.${field}.target.${name}`, text, 'must be positive')
  const isResource = field === 'resource' || field === 'containerResource'
  if (isResource && percent === undefined && averageValue === undefined)
    yield required(
      `${at}.${field}.target.averageUtilization`,
      'must set either a target raw value or a target utilization',
    )
  if (isResource && percent !== undefined && averageValue !== undefined)
    yield invalidValue(
      `${at}.${field}.target.averageValue`,
      averageValue,
      'may not set both a target raw value and a target utilization',
    )
  if (field === 'pods' && averageValue === undefined)
    yield required(`${at}.${field}.target.averageValue`, 'must specify a positive target averageValue')
}

function* rulesProblems(at: string, rules: Rules | undefined): Problems {
  if (!rules) return
  const window = rules.stabilizationWindowSeconds
  if (window !== undefined && window < 0)
    yield invalidValue(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero')
  if (window !== undefined && window > 3600)
    yield invalidValue(`${at}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600')
  if (rules.selectPolicy !== undefined)
    yield* oneOf(`${at}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min'])
  if (!rules.policies?.length) yield required(`${at}.policies`, 'must specify at least one Policy')
  for (const [index, policy] of (rules.policies ?? []).entries()) {
    yield* oneOf(`${at}.policies[${index}].type`, policy.type, ['Percent', 'Pods'])
    if (!(policy.value > 0))
      yield invalidValue(`${at}.policies[${index}].value`, policy.value, 'must be greater than zero')
    const here = `${at}.policies[${index}].periodSeconds`
    if (!(policy.periodSeconds > 0)) yield invalidValue(here, policy.periodSeconds, 'must be greater than zero')
    if (policy.periodSeconds > 1800)
      yield invalidValue(here, policy.periodSeconds, 'must be less than or equal to 1800')
  }
}
