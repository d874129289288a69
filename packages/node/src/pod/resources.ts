import { milliOf, unitsOf } from '@sampan/kit/quantity'
import { isSidecar, type Pod } from '@sampan/resources/core/pod'
import type { Container } from './containers.ts'
import { qosClass } from './qos.ts'

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

/** What the pod's own cgroup gets: the sum of what its containers need at any one time, limited when all are. */
export function podLimits(pod: Pod): CgroupLimits {
  const cpuRequest = podAmount(pod, (one) => milliOf(one.resources?.requests?.cpu ?? one.resources?.limits?.cpu ?? 0))
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const areLimited = (name: 'cpu' | 'memory') => all.every(({ resources }) => resources?.limits?.[name])
  const overhead = pod.spec.overhead
  return {
    cpuShares: sharesOf(cpuRequest + milliOf(overhead?.cpu ?? 0)),
    ...(areLimited('cpu') && {
      cpuQuota: quotaOf(podAmount(pod, (one) => milliOf(one.resources!.limits!.cpu!)) + milliOf(overhead?.cpu ?? 0)),
    }),
    ...(areLimited('memory') && {
      memory: podAmount(pod, (one) => unitsOf(one.resources!.limits!.memory!)) + unitsOf(overhead?.memory ?? 0),
    }),
  }
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
export function oomScoreOf(pod: Pod, { resources }: Container, nodeMemory: number): number {
  if ((pod.spec.priority ?? 0) >= critical) return alwaysKeep
  const qos = qosClass(pod)
  if (qos === 'Guaranteed') return alwaysKeep
  if (qos === 'BestEffort') return killFirst
  const request = unitsOf(resources?.requests?.memory ?? resources?.limits?.memory ?? 0)
  return Math.min(killFirst - 1, Math.max(2, Math.trunc(1000 - (1000 * request) / nodeMemory)))
}
