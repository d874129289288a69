import { canonicalOr, child, each, fill } from '../fill.ts'
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

/** Kubernetes' defaults of autoscaling/v2. How fast to scale is filled in only when `behavior` is there at all. */
export function defaultAutoscaler(one: HorizontalPodAutoscaler): void {
  const spec = child(one, 'spec')
  fill(spec, { minReplicas: 1 })
  if (!spec.metrics?.length)
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ]
  for (const metric of each(spec.metrics)) {
    const source = metric.resource ?? metric.containerResource ?? metric.pods ?? metric.object ?? metric.external
    if (!source?.target) continue
    if (source.target.value !== undefined) source.target.value = canonicalOr(source.target.value)
    if (source.target.averageValue !== undefined) source.target.averageValue = canonicalOr(source.target.averageValue)
  }
  if (!spec.behavior) return
  spec.behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    ...present(spec.behavior.scaleUp),
  }
  spec.behavior.scaleDown = {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    ...present(spec.behavior.scaleDown),
  }
}

const present = <T extends object>(object: T | undefined): Partial<T> =>
  Object.fromEntries(
    Object.entries(object ?? {}).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>
