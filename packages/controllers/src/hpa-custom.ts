import { milliOf, quantityOfMilli } from '@sampan/kit/quantity'
import { selectorFrom, selectorText } from '@sampan/kit/selectors'
import type { HorizontalPodAutoscaler } from '@sampan/resources/autoscaling/horizontal-pod-autoscaler'
import { isReady, isTerminal, type Pod } from '@sampan/resources/core/pod'
import type { Definition } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import { isWithin, type Proposal, proposed, type Tolerance, type Usage } from './hpa-replicas.ts'

export type Metric = NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]

/** What `custom.metrics.k8s.io` or `external.metrics.k8s.io` says, in thousandths: of every pod, or one number. */
export type Reading = { pods: ReadonlyMap<string, number> } | { total: number }

export const isCustom = ({ type }: Metric) => type === 'Pods' || type === 'Object' || type === 'External'

interface Values {
  items?: { describedObject?: { name: string }; value: string }[]
}

export interface Asking {
  /** GET of a path below `/apis/`. Throws what the API answers. */
  ask(path: string): Promise<unknown>
  namespace: string
  /** Of the pods, in text form. */
  selector: string
  kinds: readonly Definition[]
}

/** Throws with a sentence for the user. */
export async function readMetric(metric: Metric, { ask, namespace, selector, kinds }: Asking): Promise<Reading> {
  const part = encodeURIComponent
  if (metric.type === 'Pods') {
    const { name, selector: labels } = metric.pods!.metric
    const query = `labelSelector=${part(selector)}${labelsQuery('metricLabelSelector', labels)}`
    const { items = [] } = await ofCustom(ask, `namespaces/${part(namespace)}/pods/*/${part(name)}?${query}`)
    if (items.length === 0) throw new Error(`no metrics returned from custom metrics API for ${name}`)
    return { pods: new Map(items.map((item) => [item.describedObject?.name ?? '', milliOf(item.value)])) }
  }
  if (metric.type === 'Object') {
    const { describedObject: about, metric: what } = metric.object!
    const group = (about.apiVersion ?? '').split('/').slice(0, -1).join('')
    const kind = kinds.find((one) => one.kind === about.kind && one.group === group)
    if (!kind) throw new Error(`no matches for kind "${about.kind}" in group "${group}"`)
    const place =
      kind.kind === 'Namespace'
        ? `namespaces/${part(about.name)}/metrics`
        : `namespaces/${part(namespace)}/${kind.plural}${group && `.${group}`}/${part(about.name)}`
    const query = labelsQuery('metricLabelSelector', what.selector).slice(1)
    const { items = [] } = await ofCustom(ask, `${place}/${part(what.name)}${query && `?${query}`}`)
    if (items.length === 0) throw new Error(`no metrics returned from custom metrics API for ${what.name}`)
    return { total: milliOf(items[0]!.value) }
  }
  const { name, selector: labels } = metric.external!.metric
  const query = labelsQuery('labelSelector', labels).slice(1)
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${part(namespace)}/${part(name)}${query && `?${query}`}`
  const { items = [] } = (await ask(path).catch(unserved('external'))) as Values
  if (items.length === 0) throw new Error(`no metrics returned from external metrics API for ${name}`)
  return { total: items.reduce((sum, { value }) => sum + milliOf(value), 0) }
}

const labelsQuery = (name: string, labels: object | undefined) =>
  labels ? `&${name}=${encodeURIComponent(selectorText(selectorFrom(labels) ?? []))}` : ''

/** Adapters serve one version or the other. */
async function ofCustom(ask: Asking['ask'], rest: string): Promise<Values> {
  const at = (version: string) => ask(`/apis/custom.metrics.k8s.io/${version}/${rest}`)
  return (await at('v1beta2')
    .catch((error: unknown) => {
      if (!isReason(error, 'NotFound')) throw error
      return at('v1beta1')
    })
    .catch(unserved('custom'))) as Values
}

const unserved = (which: string) => (error: unknown) => {
  if (!isReason(error, 'NotFound') && !isReason(error, 'ServiceUnavailable')) throw error
  throw new Error(`unable to get metric from ${which} metrics API: ${(error as Error).message}`, { cause: error })
}

export interface Around {
  pods: readonly Pod[]
  /** Replicas that are asked for now. */
  current: number
  tolerance: Tolerance
  now: Date
}

/** How many pods a reading calls for. Throws with a sentence for the user. */
export function proposedBy(metric: Metric, reading: Reading, { pods, current, tolerance, now }: Around): Proposal {
  if ('pods' in reading) {
    const name = metric.pods!.metric.name
    const usage = new Map<string, Usage>()
    for (const [pod, value] of reading.pods) usage.set(pod, new Map([['', { [name]: value }]]))
    const average = milliOf(metric.pods!.target.averageValue ?? 0)
    return proposed(pods, usage, current, { resource: name, target: { average }, tolerance }, now)
  }
  const { total } = reading
  const { value, averageValue } = (metric.object ?? metric.external)!.target
  if (averageValue !== undefined) {
    const average = milliOf(averageValue)
    const shown = { average: Math.ceil(total / Math.max(1, current)) }
    if (current > 0 && isWithin(total / (average * current), tolerance)) return { replicas: current, ...shown }
    return { replicas: Math.ceil(total / average), ...shown }
  }
  if (value === undefined) throw new Error('invalid metric target: neither a value nor an average value')
  const ratio = total / milliOf(value)
  const shown = { average: total, isTotal: true }
  if (current === 0) return { replicas: Math.ceil(ratio), ...shown }
  if (isWithin(ratio, tolerance)) return { replicas: current, ...shown }
  const ready = pods.filter((pod) => !isTerminal(pod) && isReady(pod)).length
  return { replicas: Math.ceil(ratio * ready), ...shown }
}

/** As the status shows it. */
export function shownCustom(metric: Metric, { average, isTotal }: Proposal) {
  const current = { [isTotal ? 'value' : 'averageValue']: quantityOfMilli(average) }
  if (metric.pods) return { type: 'Pods', pods: { metric: metric.pods.metric, current } }
  if (metric.object) {
    const { describedObject, metric: what } = metric.object
    return { type: 'Object', object: { describedObject, metric: what, current } }
  }
  return { type: 'External', external: { metric: metric.external?.metric, current } }
}

export const customName = (metric: Metric) =>
  metric.pods
    ? `pods metric ${metric.pods.metric.name}`
    : metric.object
      ? `${metric.object.describedObject.kind} metric ${metric.object.metric.name}`
      : `external metric ${metric.external?.metric.name ?? ''}`
