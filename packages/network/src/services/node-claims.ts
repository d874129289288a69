import type { Service } from '@sampan/resources/core/service'
import type { NetworkConfig } from '../network-config.ts'

/** Who may use which port on the node's own address. */
export interface NodeClaims {
  /** Per Service (`namespace/name`): ports it got, as `tcp . 8080`. */
  granted: ReadonlyMap<string, ReadonlySet<string>>
  /** Per Service that got nothing: why, for its user. */
  refused: ReadonlyMap<string, string>
}

/**
 * Services of type LoadBalancer get their ports on the node's address, all of them or none; so do externalIPs that are
 * the node's. The oldest Service wins; ports the machine itself listens on (`busy`: port → who, TCP) are never given.
 */
export function nodeClaims(
  services: readonly Service[],
  config: NetworkConfig,
  busy: ReadonlyMap<number, string>,
): NodeClaims {
  const granted = new Map<string, Set<string>>()
  const refused = new Map<string, string>()
  const takers = new Map<string, string>()
  const reserved = new Map(Object.entries(config.ports).map(([name, port]) => [port, `Sampan's own port "${name}"`]))
  for (const service of services.filter((one) => wantsNode(one, config.nodeIP)).toSorted(byAge)) {
    const key = `${service.metadata.namespace}/${service.metadata.name}`
    const ports = (service.spec.ports ?? []).map(({ protocol = 'TCP', port }) => ({ l4: protocol.toLowerCase(), port }))
    const problem = ports
      .map(({ l4, port }) => {
        const taker = takers.get(`${l4} . ${port}`)
        if (taker) return `port ${port} of the node is taken by Service ${taker}`
        if (l4 !== 'tcp') return undefined
        const holder = reserved.get(port) ?? busy.get(port)
        return holder && `port ${port} of the node is taken by ${holder}`
      })
      .find((one) => one !== undefined)
    if (problem) {
      refused.set(key, problem)
      continue
    }
    const keys = ports.map(({ l4, port }) => `${l4} . ${port}`)
    for (const one of keys) takers.set(one, key)
    granted.set(key, new Set(keys))
  }
  return { granted, refused }
}

/** A load balancer of another class is somebody else's. */
export const isOurLoadBalancer = ({ spec }: Service) => spec.type === 'LoadBalancer' && !spec.loadBalancerClass

const wantsNode = (service: Service, nodeIP: string) =>
  isOurLoadBalancer(service) || (service.spec.externalIPs ?? []).includes(nodeIP)

const byAge = (a: Service, b: Service) =>
  compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
  compare(a.metadata.uid ?? '', b.metadata.uid ?? '')

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
