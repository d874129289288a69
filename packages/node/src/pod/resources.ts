import { milliOf, unitsOf } from '@sampan/kit/quantity'
import { isSidecar, type Pod } from '@sampan/resources/core/pod'
import { qosClassOf } from '@sampan/resources/core/pod-resources'
import type { Container } from './containers.ts'

/** One CPU as CFS sees it: so many microseconds of every period. */
export const period = 100_000
const leastQuota = 1000
const leastShares = 2
const mostShares = 262_144
/** Of the pause process: dies after everything else. */
export const sandboxOomScore = -998

export const sharesOf = (milli: number) =>
  Math.min(mostShares, Math.max(leastShares, Math.floor((milli * 1024) / 1000)))
export const quotaOf = (milli: number) => Math.max(leastQuota, Math.floor((milli * period) / 1000))

export interface CgroupLimits {
  cpuShares: number
  /** Microseconds per period; absent: unlimited. */
  cpuQuota?: number
  /** Bytes; absent: unlimited. */
  memory?: number
}

/** What one container's cgroup gets. A limit without a request is also the request. */
export function containerLimits({ resources }: Container): CgroupLimits {
  const { limits, requests } = resources ?? {}
  const cpu = requests?.cpu ?? limits?.cpu
  return {
    cpuShares: cpu ? sharesOf(milliOf(cpu)) : leastShares,
    ...(limits?.cpu && milliOf(limits.cpu) > 0 && { cpuQuota: quotaOf(milliOf(limits.cpu)) }),
    ...(limits?.memory && unitsOf(limits.memory) > 0 && { memory: unitsOf(limits.memory) }),
  }
}

/**
 * What the pod's own cgroup gets: what it says for itself, or else the sum of what its containers need at any one time,
 * limited when all are.
 */
export function podLimits(pod: Pod): CgroupLimits {
  const { overhead } = pod.spec
  const cpu = limitOf(pod, 'cpu', milliOf)
  const memory = limitOf(pod, 'memory', unitsOf)
  return {
    cpuShares: sharesOf(requestOf(pod, 'cpu', milliOf) + milliOf(overhead?.cpu ?? 0)),
    ...(cpu !== undefined && { cpuQuota: quotaOf(cpu + milliOf(overhead?.cpu ?? 0)) }),
    ...(memory !== undefined && { memory: memory + unitsOf(overhead?.memory ?? 0) }),
  }
}

type Count = (text: string) => number

/** What the pod asks for of one resource. A limit without a request is also the request. */
export function requestOf(pod: Pod, name: string, count: Count): number {
  const { requests, limits } = pod.spec.resources ?? {}
  const whole = requests?.[name]
  if (whole !== undefined) return count(whole)
  const sum = podAmount(pod, ({ resources }) => {
    const amount = resources?.requests?.[name] ?? resources?.limits?.[name]
    return amount === undefined ? 0 : count(amount)
  })
  return sum === 0 && limits?.[name] !== undefined ? count(limits[name]) : sum
}

/** Undefined: one of its containers has no limit, and the pod as a whole has none either. */
function limitOf(pod: Pod, name: 'cpu' | 'memory', count: Count): number | undefined {
  const whole = pod.spec.resources?.limits?.[name]
  if (whole !== undefined) return count(whole)
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  if (!all.every(({ resources }) => resources?.limits?.[name])) return undefined
  return podAmount(pod, ({ resources }) => count(resources!.limits![name]!))
}

/** Init containers run one by one beside the sidecars before them; app containers beside all sidecars. */
export function podAmount({ spec }: Pod, of: (container: Container) => number): number {
  let sidecars = 0
  let highest = 0
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) sidecars += of(container)
    highest = Math.max(highest, isSidecar(container) ? sidecars : sidecars + of(container))
  }
  return Math.max(highest, sidecars + spec.containers.reduce((sum, one) => sum + of(one), 0))
}

const alwaysKeep = -997
const killFirst = 1000
const critical = 2_000_000_000

/** Who dies first when memory runs out: the more a container uses beyond its request, the sooner. */
export function oomScoreOf(pod: Pod, container: Container, nodeMemory: number): number {
  if ((pod.spec.priority ?? 0) >= critical) return alwaysKeep
  const qos = qosClassOf(pod)
  if (qos === 'Guaranteed') return alwaysKeep
  if (qos === 'BestEffort') return killFirst
  const request = memoryOf(container) + shareOfRest(pod)
  return Math.min(killFirst - 1, Math.max(2, Math.trunc(1000 - (1000 * request) / nodeMemory)))
}

const memoryOf = ({ resources }: Container) => unitsOf(resources?.requests?.memory ?? resources?.limits?.memory ?? 0)

/** What a pod asks for beyond its containers is theirs in equal parts. */
function shareOfRest({ spec }: Pod): number {
  const whole = spec.resources?.requests?.memory
  if (whole === undefined) return 0
  const all = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)]
  const rest = unitsOf(whole) - all.reduce((sum, one) => sum + memoryOf(one), 0)
  return Math.max(0, rest) / all.length
}
