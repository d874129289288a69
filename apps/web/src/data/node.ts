import { milliOf, unitsOf } from '@sampan/kit/quantity'
import type { KubeObject } from '@sampan/resources/meta'
import type { PodLike } from './pod.ts'

export interface NodeLike extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: { key: string; effect: string; value?: string }[] }
  status?: {
    capacity?: Record<string, string>
    allocatable?: Record<string, string>
    nodeInfo?: Record<string, string>
    addresses?: { type: string; address: string }[]
    images?: { names?: string[]; sizeBytes?: number }[]
  }
}

export interface NodeMetrics extends KubeObject {
  usage: { cpu: string; memory: string }
}

/** How much there is, is asked for and is used: thousandths of cores, bytes, or pods. */
export interface Share {
  resource: 'cpu' | 'memory' | 'pods'
  all: number
  requested: number
  used?: number
}

const isOver = ({ status }: PodLike) => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** What is left of a node: what its pods ask for against what it gives, and what is used when that is known. */
export function sharesOf(node: NodeLike, pods: readonly PodLike[], metrics?: NodeMetrics): Share[] {
  const given = node.status?.allocatable ?? node.status?.capacity ?? {}
  const running = pods.filter((pod) => !isOver(pod))
  return [
    {
      resource: 'cpu',
      all: milliOf(given.cpu ?? '0'),
      requested: requestsOf(running, 'cpu', milliOf),
      ...(metrics && { used: milliOf(metrics.usage.cpu) }),
    },
    {
      resource: 'memory',
      all: unitsOf(given.memory ?? '0'),
      requested: requestsOf(running, 'memory', unitsOf),
      ...(metrics && { used: unitsOf(metrics.usage.memory) }),
    },
    { resource: 'pods', all: unitsOf(given.pods ?? '0'), requested: running.length, used: running.length },
  ]
}

/** What the scheduler counts: the containers together, or one init container when it asks for more. */
function requestsOf(pods: readonly PodLike[], resource: string, read: (text: string) => number): number {
  let sum = 0
  for (const { spec = {} } of pods) {
    const of = (containers: NonNullable<PodLike['spec']>['containers'] = []) =>
      containers.map(({ resources }) => read(resources?.requests?.[resource] ?? '0'))
    const together = of(spec.containers).reduce((a, b) => a + b, 0)
    sum += Math.max(together, ...of(spec.initContainers), 0)
  }
  return sum
}
