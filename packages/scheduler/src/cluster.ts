import { milliOf, unitsOf } from '@sampan/kit/quantity'
import type { Labels } from '@sampan/kit/selectors'
import type { Node } from '@sampan/resources/core/node'
import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import { podRequests } from '@sampan/resources/core/pod-resources'
import type { Volumes } from './volumes.ts'

/** Resource → amount: cpu in millicores, everything else in its unit (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>

/** What a pod looks like to the scheduler; worked out once per object. */
export interface Demand {
  requests: Amounts
  ports: readonly HostPort[]
  /** Its required anti-affinity keeps others away. */
  repels: boolean
}

export interface HostPort {
  ip: string
  protocol: string
  port: number
}

export interface NodeState {
  node: Node
  /** Bound or about to be bound here, and not finished. */
  pods: readonly Pod[]
  used: Amounts
  allocatable: Amounts
  ports: readonly HostPort[]
  /** Those of `pods` whose anti-affinity must be asked. */
  repelling: readonly Pod[]
}

/** Everything a decision may depend on. */
export interface Cluster {
  nodes: readonly NodeState[]
  namespaceLabels(name: string): Labels
  volumes: Volumes
}

const demands = new WeakMap<Pod, Demand>()

export function demandOf(pod: Pod): Demand {
  let demand = demands.get(pod)
  if (!demand) {
    demand = {
      requests: amounts(podRequests(pod)),
      ports: hostPorts(pod),
      repels: (pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
    }
    demands.set(pod, demand)
  }
  return demand
}

function amounts(list: Readonly<Record<string, string>> = {}): Amounts {
  return new Map(Object.entries(list).map(([name, value]) => [name, name === 'cpu' ? milliOf(value) : unitsOf(value)]))
}

function hostPorts({ spec }: Pod): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...spec.containers, ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, protocol = 'TCP' }) =>
      hostPort ? [{ ip: hostIP || '0.0.0.0', protocol, port: hostPort }] : [],
    ),
  )
}

/** A node with what runs on it. */
export function nodeState(node: Node, all: readonly Pod[]): NodeState {
  const pods = all.filter((pod) => !isTerminal(pod))
  const used = new Map<string, number>()
  const ports: HostPort[] = []
  for (const pod of pods) {
    const demand = demandOf(pod)
    for (const [name, amount] of demand.requests) used.set(name, (used.get(name) ?? 0) + amount)
    ports.push(...demand.ports)
  }
  return {
    node,
    pods,
    used,
    ports,
    allocatable: amounts(node.status?.allocatable),
    repelling: pods.filter((pod) => demandOf(pod).repels),
  }
}

export const labelsOf = ({ node }: NodeState): Labels => node.metadata.labels ?? {}
