import { milliOf, unitsOf } from '@sampan/kit/quantity'
import { isReady, isTerminal, type Pod } from '@sampan/resources/core/pod'

/** Usage of one pod, by container: cpu in millicores, memory in bytes. */
export type Usage = ReadonlyMap<string, Readonly<Record<string, number>>>

export interface Wanted {
  resource: string
  /** Only this container; all of them otherwise. */
  container?: string
  /** Per cent of what pods request, or an amount per pod. */
  target: { utilization: number } | { average: number }
  tolerance?: Tolerance
}

/** Shares of the target within which nothing changes. */
export interface Tolerance {
  up: number
  down: number
}

export interface Proposal {
  replicas: number
  /** What is, as the status shows it. */
  average: number
  utilization?: number
  /** `average` is of all pods together. */
  isTotal?: boolean
}

export const usualTolerance: Tolerance = { up: 0.1, down: 0.1 }

/** Rounded, so that a target hit exactly at the edge is not lost to the arithmetic. */
export const isWithin = (ratio: number, { up, down }: Tolerance) => ratio - 1 <= up + 1e-9 && 1 - ratio <= down + 1e-9
const cpuInitialMs = 5 * 60_000
const readyDelayMs = 30_000

export const amountOfResource = (resource: string, quantity: string) =>
  resource === 'cpu' ? milliOf(quantity) : unitsOf(quantity)

/**
 * How many pods the usage calls for: `ceil(current × value / target)`. A pod that tells nothing counts as using its whole
 * request when the answer is fewer, and nothing when it is more; one that is still starting counts as nothing when more.
 * Throws with a sentence for the user when it cannot be said.
 */
export function proposed(
  pods: readonly Pod[],
  usage: ReadonlyMap<string, Usage>,
  current: number,
  wanted: Wanted,
  now: Date,
): Proposal {
  const counted = pods.filter((pod) => !isTerminal(pod) && !pod.metadata.deletionTimestamp)
  if (counted.length === 0) throw new Error('no pods returned by selector while calculating replica count')
  if (usage.size === 0)
    throw new Error(
      `unable to get metrics for resource ${wanted.resource}: no metrics returned from resource metrics API`,
    )
  const starting = counted.filter((pod) => isStarting(pod, wanted.resource, usage.has(pod.metadata.name), now))
  const silent = counted.filter((pod) => !starting.includes(pod) && !usage.has(pod.metadata.name))
  const telling = counted.filter((pod) => !starting.includes(pod) && !silent.includes(pod))
  if (telling.length === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const used = (pod: Pod) => usedBy(usage.get(pod.metadata.name), wanted)
  const base = ratioOf(
    telling.map((pod) => [pod, used(pod)]),
    wanted,
  )
  const shown = { average: base.average, ...(base.utilization !== undefined && { utilization: base.utilization }) }
  const { tolerance = usualTolerance } = wanted
  if (starting.length + silent.length === 0) {
    if (isWithin(base.ratio, tolerance)) return { replicas: current, ...shown }
    return { replicas: Math.ceil(base.ratio * telling.length), ...shown }
  }
  const whole = (pod: Pod): number => ('average' in wanted.target ? wanted.target.average : requestOf(pod, wanted))
  const assumed: [Pod, number][] = telling.map((pod) => [pod, used(pod)])
  if (base.ratio < 1) assumed.push(...silent.map((pod): [Pod, number] => [pod, whole(pod)]))
  else if (base.ratio > 1) assumed.push(...[...silent, ...starting].map((pod): [Pod, number] => [pod, 0]))
  const careful = ratioOf(assumed, wanted)
  const isSmall = isWithin(careful.ratio, tolerance)
  const isTurned = (base.ratio < 1 && careful.ratio > 1) || (base.ratio > 1 && careful.ratio < 1)
  if (isSmall || isTurned) return { replicas: current, ...shown }
  const replicas = Math.ceil(careful.ratio * assumed.length)
  const isBackwards = (careful.ratio < 1 && replicas > current) || (careful.ratio > 1 && replicas < current)
  return { replicas: isBackwards ? current : replicas, ...shown }
}

/** Too young for its cpu usage to mean anything. */
function isStarting(pod: Pod, resource: string, tells: boolean, now: Date): boolean {
  if (pod.status?.phase === 'Pending') return true
  if (resource !== 'cpu') return false
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  const started = Date.parse(String(pod.status?.startTime ?? ''))
  if (!ready || Number.isNaN(started)) return true
  if (started + cpuInitialMs > now.getTime()) return !isReady(pod) || !tells
  const since = Date.parse(String(ready.lastTransitionTime ?? ''))
  return !isReady(pod) && started + readyDelayMs > since
}

function ratioOf(values: readonly (readonly [Pod, number])[], wanted: Wanted) {
  const total = values.reduce((sum, [, value]) => sum + value, 0)
  const average = Math.round(total / values.length)
  if ('average' in wanted.target) return { ratio: total / values.length / wanted.target.average, average }
  const requested = values.reduce((sum, [pod]) => sum + requestOf(pod, wanted), 0)
  const utilization = Math.floor((total * 100) / requested)
  return { ratio: utilization / wanted.target.utilization, average, utilization }
}

const usedBy = (usage: Usage | undefined, { resource, container }: Wanted) => {
  let total = 0
  for (const [name, amounts] of usage ?? []) if (!container || name === container) total += amounts[resource] ?? 0
  return total
}

function requestOf({ metadata, spec }: Pod, { resource, container }: Wanted): number {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const containers = [...spec.containers, ...sidecars].filter(({ name }) => !container || name === container)
  return containers.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource]
    if (request === undefined)
      throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`)
    return sum + amountOfResource(resource, request)
  }, 0)
}
