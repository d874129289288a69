import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import type { HorizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts'

type Metric = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]
type CurrentMetric = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number]

/** Where autoscaling/v1 keeps what it has no fields for, as JSON. */
const hidden = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
}

const isCpu = (metric: Metric | CurrentMetric) => metric.type === 'Resource' && metric.resource?.name === 'cpu'

/** v1 → v2, in which objects are stored. An annotation that is no JSON is dropped, as upstream does. */
export function encodeAutoscaler(one: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = one.spec
  const { currentCPUUtilizationPercentage: currentCpu, ...status } = one.status ?? {}
  const { annotations, ...metadata } = one.metadata
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !Object.values(hidden).includes(key))
  const read = <T>(key: keyof typeof hidden) => parsed<T>(annotations?.[hidden[key]])
  const metrics: Metric[] = [
    ...(read<Metric[]>('metrics') ?? []),
    ...(cpu === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }]),
  ]
  const current: CurrentMetric[] = [
    ...(read<CurrentMetric[]>('currentMetrics') ?? []),
    ...(currentCpu === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: currentCpu } } }]),
  ]
  const behavior = read<HorizontalPodAutoscaler['spec']['behavior']>('behavior')
  const conditions = read<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>('conditions')
  return {
    ...one,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    spec: { ...spec, ...(metrics.length > 0 && { metrics }), ...(behavior && { behavior }) },
    ...(one.status && {
      status: {
        ...status,
        desiredReplicas: one.status.desiredReplicas,
        ...(current.length > 0 && { currentMetrics: current }),
        ...(conditions && { conditions }),
      },
    }),
  }
}

/** v2 → v1. */
export function decodeAutoscaler(stored: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metrics = [], behavior, ...spec } = stored.spec
  const { currentMetrics = [], conditions, ...status } = stored.status ?? { desiredReplicas: 0 }
  const cpu = metrics.find((metric) => isCpu(metric) && metric.resource?.target.averageUtilization !== undefined)
  const currentCpu = currentMetrics.find((metric) => isCpu(metric))
  const otherMetrics = metrics.filter((metric) => metric !== cpu)
  const otherCurrent = currentMetrics.filter((metric) => metric !== currentCpu)
  const annotations = {
    ...stored.metadata.annotations,
    ...(otherMetrics.length > 0 && { [hidden.metrics]: JSON.stringify(otherMetrics) }),
    ...(otherCurrent.length > 0 && { [hidden.currentMetrics]: JSON.stringify(otherCurrent) }),
    ...(behavior && { [hidden.behavior]: JSON.stringify(behavior) }),
    ...(conditions?.length && { [hidden.conditions]: JSON.stringify(conditions) }),
  }
  const target = cpu?.resource?.target.averageUtilization
  const used = currentCpu?.resource?.current.averageUtilization
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: { ...stored.metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...spec, ...(target !== undefined && { targetCPUUtilizationPercentage: target }) },
    ...(stored.status && {
      status: {
        ...status,
        currentReplicas: stored.status.currentReplicas ?? 0,
        ...(used !== undefined && { currentCPUUtilizationPercentage: used }),
      },
    }),
  } as HorizontalPodAutoscalerV1
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
