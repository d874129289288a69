import { age } from '../columns.ts'
import type { Column } from '../define.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

type Metric = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]
type Current = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number]
interface Value {
  averageUtilization?: number
  averageValue?: string
  value?: string
}

const unknown = '<unknown>'
const percent = (value: number | undefined, otherwise: string) => (value === undefined ? otherwise : `${value}%`)

function metricText(metric: Metric, current: Current | undefined): string {
  const pair = (now: string | undefined, goal: string | undefined, suffix = '') => `${now ?? unknown}/${goal}${suffix}`
  const resource = metric.resource ?? metric.containerResource
  if (resource) {
    const now: Value | undefined = (current?.resource ?? current?.containerResource)?.current
    return resource.target?.averageValue !== undefined
      ? `${resource.name}: ${pair(now?.averageValue, resource.target.averageValue)}`
      : `${resource.name}: ${pair(percent(now?.averageUtilization, unknown), percent(resource.target?.averageUtilization, '<auto>'))}`
  }
  if (metric.pods) return pair(current?.pods?.current?.averageValue, metric.pods.target?.averageValue)
  const source = metric.object ?? metric.external
  const now: Value | undefined = (current?.object ?? current?.external)?.current
  return source?.target?.averageValue !== undefined
    ? pair(now?.averageValue, source.target.averageValue, ' (avg)')
    : pair(now?.value, source?.target?.value)
}

/** `cpu: 12%/80%`; at most two, and how many more there are. */
export function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const texts = (spec.metrics ?? []).map((metric, at) => metricText(metric, status?.currentMetrics?.[at]))
  if (texts.length === 0) return '<none>'
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...` : texts.join(', ')
}

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  { name: 'Reference', value: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef?.kind}/${scaleTargetRef?.name}` },
  { name: 'Targets', value: targetsText },
  { name: 'MinPods', value: (one) => String(one.spec.minReplicas ?? '<unset>') },
  { name: 'MaxPods', value: (one) => String(one.spec.maxReplicas) },
  { name: 'Replicas', value: (one) => String(one.status?.currentReplicas ?? 0) },
  age,
]
