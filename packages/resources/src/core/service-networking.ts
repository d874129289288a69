import type { Service } from './service.ts'

/** Where addresses and ports come from. Both throw `StatusError` when nothing is free or what is asked for is taken. */
export interface ServiceAllocator {
  /** Reserves the address, or any free one. */
  clusterIP(wanted?: string): string
  /** Reserves the port for a protocol, or any free one. */
  nodePort(protocol: string, wanted?: number): number
}

type Port = NonNullable<Service['spec']['ports']>[number]

export const isHeadless = (one: Service) => one.spec.clusterIP === 'None'
const isExternalName = (one: Service) => one.spec.type === 'ExternalName'

/** Whether its ports are open on the node as well. */
export const hasNodePorts = ({ spec }: Service) =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)

const needsHealthPort = ({ spec }: Service) => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'

/**
 * Fills in what the caller of an update left out because the server had chosen it: addresses and node ports, and drops
 * what no longer fits the type. In place; run before validation.
 */
export function carryOver(next: Service, old: Service): void {
  const { spec } = next
  if (isExternalName(next)) {
    if (!isExternalName(old)) clearAddresses(next, old)
    return
  }
  if (!isExternalName(old)) {
    spec.clusterIP ||= old.spec.clusterIP
    if (!spec.clusterIPs?.length && spec.clusterIP === old.spec.clusterIP) spec.clusterIPs = old.spec.clusterIPs
    spec.ipFamilies ??= old.spec.ipFamilies
    spec.ipFamilyPolicy ??= old.spec.ipFamilyPolicy
  }
  if (hasNodePorts(next) && hasNodePorts(old)) {
    const taken = new Set(spec.ports?.map(({ nodePort }) => nodePort).filter(Boolean))
    for (const port of spec.ports ?? []) {
      const before = old.spec.ports?.find((one) => one.port === port.port && one.protocol === port.protocol)
      if (!port.nodePort && before?.nodePort && !taken.has(before.nodePort)) port.nodePort = before.nodePort
    }
  }
  if (hasNodePorts(old) && !hasNodePorts(next)) {
    const before = new Set(old.spec.ports?.map(({ nodePort }) => nodePort))
    for (const port of spec.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort
  }
  if (needsHealthPort(next)) spec.healthCheckNodePort ||= old.spec.healthCheckNodePort
  else if (spec.healthCheckNodePort === old.spec.healthCheckNodePort) delete spec.healthCheckNodePort
}

function clearAddresses({ spec }: Service, old: Service): void {
  if (spec.clusterIP === old.spec.clusterIP) delete spec.clusterIP
  if (spec.clusterIPs?.[0] === old.spec.clusterIPs?.[0]) delete spec.clusterIPs
  delete spec.ipFamilies
  delete spec.ipFamilyPolicy
  delete spec.internalTrafficPolicy
  for (const port of spec.ports ?? []) delete port.nodePort
  delete spec.healthCheckNodePort
}

/**
 * Gives a valid Service the addresses and ports its type needs and it does not have; IPv4 only. In place. On updates
 * `old` is what is stored: what it has already is not reserved again.
 */
export function allocate(next: Service, take: ServiceAllocator, old?: Service): void {
  const { spec } = next
  if (isExternalName(next)) return
  if (spec.clusterIP !== 'None' && !(spec.clusterIP && spec.clusterIP === old?.spec.clusterIP))
    spec.clusterIP = take.clusterIP(spec.clusterIP || undefined)
  spec.clusterIPs = [spec.clusterIP!]
  spec.ipFamilies ??= ['IPv4']
  spec.ipFamilyPolicy ??= 'SingleStack'
  const held = new Set(old?.spec.ports?.map((port) => keyOf(port)))
  if (hasNodePorts(next)) {
    for (const port of spec.ports ?? []) {
      if (port.nodePort && held.has(keyOf(port))) continue
      // The same port over TCP and UDP has one number on the node too.
      const twin = spec.ports!.find((one) => one !== port && one.port === port.port && one.nodePort)
      port.nodePort = take.nodePort(port.protocol ?? 'TCP', port.nodePort || twin?.nodePort)
    }
  }
  if (needsHealthPort(next) && spec.healthCheckNodePort !== old?.spec.healthCheckNodePort)
    spec.healthCheckNodePort = take.nodePort('TCP', spec.healthCheckNodePort)
  else if (needsHealthPort(next) && !spec.healthCheckNodePort) spec.healthCheckNodePort = take.nodePort('TCP')
}

const keyOf = ({ protocol, nodePort }: Port) => `${protocol ?? 'TCP'} ${nodePort}`

/** What a Service holds and gives back when it goes. */
export function holdings({ spec }: Service): { clusterIPs: string[]; nodePorts: { protocol: string; port: number }[] } {
  const ports = (spec.ports ?? []).flatMap(({ protocol = 'TCP', nodePort }) =>
    nodePort ? [{ protocol, port: nodePort }] : [],
  )
  return {
    clusterIPs: (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])).filter((ip) => ip && ip !== 'None'),
    nodePorts: spec.healthCheckNodePort ? [...ports, { protocol: 'TCP', port: spec.healthCheckNodePort }] : ports,
  }
}
