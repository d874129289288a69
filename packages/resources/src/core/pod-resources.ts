import { addQuantities, compareQuantities, findQuantity } from '@sampan/kit/quantity'
import type { Pod } from './pod.ts'

export type ResourceList = Record<string, string>
type Container = Pod['spec']['containers'][number]
type Which = 'requests' | 'limits'

/**
 * What a pod takes of a node: containers run together, init containers one after the other beside the sidecars started
 * before them, and the larger of both counts. Overhead comes on top; pod-level resources replace the sum.
 */
export const podRequests = (pod: Pod) => podResources(pod, 'requests')

/** As `podRequests`, of limits. A resource that some container leaves unlimited is the sum of the others. */
export const podLimits = (pod: Pod) => podResources(pod, 'limits')

function podResources({ spec }: Pod, which: Which): ResourceList {
  let running: ResourceList = {}
  let peak: ResourceList = {}
  for (const container of spec.initContainers ?? []) {
    const own = listOf(container, which)
    if (container.restartPolicy === 'Always') {
      running = sum(running, own)
      peak = largest(peak, running)
    } else peak = largest(peak, sum(running, own))
  }
  for (const container of spec.containers ?? []) running = sum(running, listOf(container, which))
  const containers = largest(running, peak)
  const whole = { ...containers, ...spec.resources?.[which] }
  if (!spec.overhead) return whole
  if (which === 'requests') return sum(whole, spec.overhead)
  const limited = Object.entries(spec.overhead).filter(([name]) => name in whole)
  return sum(whole, Object.fromEntries(limited))
}

const listOf = (container: Container, which: Which): ResourceList => container.resources?.[which] ?? {}

function sum(a: ResourceList, b: ResourceList): ResourceList {
  const total = { ...a }
  for (const [name, value] of Object.entries(b))
    total[name] = name in total ? addQuantities(total[name]!, value) : value
  return total
}

function largest(a: ResourceList, b: ResourceList): ResourceList {
  const most = { ...a }
  for (const [name, value] of Object.entries(b))
    if (!(name in most) || compareQuantities(value, most[name]!) > 0) most[name] = value
  return most
}

/**
 * Who is evicted first when memory runs out: BestEffort, then Burstable, then Guaranteed. What is no quantity counts as
 * nothing: validation refuses it later.
 */
export function qosClassOf(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const parts: { resources?: { requests?: ResourceList; limits?: ResourceList } }[] =
    pod.spec.resources?.requests || pod.spec.resources?.limits
      ? [{ resources: pod.spec.resources }]
      : [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])]
  const size = (list: ResourceList | undefined, name: string) => findQuantity(list?.[name] ?? '')?.nanos ?? 0n
  const set = (list: ResourceList | undefined, name: string) => size(list, name) > 0n
  const says = (name: string) =>
    parts.some(({ resources }) => set(resources?.requests, name) || set(resources?.limits, name))
  if (!says('cpu') && !says('memory')) return 'BestEffort'
  const isFixed = parts.every(({ resources }) =>
    ['cpu', 'memory'].every(
      (name) =>
        set(resources?.limits, name) &&
        (resources?.requests?.[name] === undefined || size(resources.requests, name) === size(resources.limits, name)),
    ),
  )
  return isFixed ? 'Guaranteed' : 'Burstable'
}
