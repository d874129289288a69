import { createHash } from 'node:crypto'
import { isInCidr, isIPv4 } from '@sampan/kit/ip'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { NetworkConfig } from '../network-config.ts'
import type { Chain, NftSet, Part } from '../nft/table.ts'
import { disjointRanges } from '../ranges.ts'
import { masqueradeMark, sets } from './base-table.ts'
import { type IsLeaving, type Target, targetsFor } from './endpoints.ts'

export type ServicePort = NonNullable<Service['spec']['ports']>[number]

/** Addresses of the node itself and of load balancers that a Service was found entitled to: see `node-claims.ts`. */
export interface Claims {
  /** Ports (as `tcp . 8080`) this Service may take on the node's address. */
  onNode: ReadonlySet<string>
}

const nothing: Claims = { onNode: new Set() }

/** Whether a Service has an address of its own to translate, and leaves that to us. */
export const hasAddress = (service: Service) =>
  service.spec.type !== 'ExternalName' &&
  service.spec.clusterIP !== undefined &&
  isIPv4(service.spec.clusterIP) &&
  !isForOthers(service)

/** Labels by which a Service asks for another proxy, or none. */
const isForOthers = ({ metadata: { labels = {} } }: Service) =>
  labels['service.kubernetes.io/service-proxy-name'] !== undefined ||
  labels['service.kubernetes.io/headless'] !== undefined

/**
 * What one Service brings to the table: a chain per port, another where traffic from outside is treated differently, and
 * the addresses that lead there.
 */
export function servicePart(
  service: Service,
  slices: readonly EndpointSlice[],
  config: NetworkConfig,
  claims: Claims = nothing,
  { isLeaving, zone }: { isLeaving?: IsLeaving; zone?: string | undefined } = {},
): Part {
  const chains: [string, Chain][] = []
  const ownSets: [string, NftSet][] = []
  const elements: [string, string, string][] = []
  if (!hasAddress(service)) return { chains, sets: ownSets, elements }
  const { spec } = service
  // Who wants pods that are not ready wants those that leave, too.
  const leaving = spec.publishNotReadyAddresses ? undefined : isLeaving
  for (const port of spec.ports ?? []) {
    const protocol = port.protocol ?? 'TCP'
    const l4 = protocol.toLowerCase()
    const targets = targetsFor(slices, port.name, protocol, { nodeName: config.nodeName, zone }, leaving)
    const inside = spec.internalTrafficPolicy === 'Local' ? targets.local : targets.all
    const outside = spec.externalTrafficPolicy === 'Local' ? targets.local : targets.all
    const name = chainName(service, port)
    const isMissing = targets.all.length === 0
    const isItself = targets.all.some(({ ip, port: at }) => ip === spec.clusterIP && at === port.port)
    if (isItself) continue // cluster DNS listens at its own ClusterIP
    const to = (chain: string, set: string, key: string) => elements.push([set, key, `goto ${chain}`])

    const addresses = [spec.clusterIP!].map((ip) => `${ip} . ${l4} . ${port.port}`)
    const outer = outerAddresses(service, port, config, claims).map((ip) => `${ip} . ${l4} . ${port.port}`)
    const nodePort = exposesNodePorts(service) && port.nodePort ? `${l4} . ${port.nodePort}` : undefined
    if (isMissing) {
      for (const key of [...addresses, ...outer]) elements.push([sets.refused, key, ''])
      if (nodePort) elements.push([sets.refusedNodePorts, nodePort, ''])
      continue
    }

    const affinity = affinityOf(service)
    const made = (chain: string, targetsOfChain: readonly Target[], first: readonly string[] = []) => {
      const parts = balancer(chain, l4, targetsOfChain, config, affinity, first)
      chains.push(...parts.chains)
      ownSets.push(...parts.sets)
    }
    made(name, inside)
    for (const key of addresses) to(name, sets.services, key)
    const sources = disjointRanges(spec.loadBalancerSourceRanges ?? [])
    const isLocalOnly = !sameTargets(outside, targets.all)
    const isOutsideSpecial = isLocalOnly || !sameTargets(inside, outside)
    if (outer.length > 0 || nodePort) {
      const outerName = isOutsideSpecial ? `${name}_out` : name
      if (isOutsideSpecial) {
        // Pods and the node itself are not outside: as with kube-proxy, a policy of Local is not about them.
        const forAll = sameTargets(inside, targets.all) ? name : `${name}_all`
        if (isLocalOnly && forAll !== name) made(forAll, targets.all)
        const first = [`ip saddr ${config.podCIDR} goto ${forAll}`, `fib saddr type local goto ${forAll}`]
        made(outerName, outside, isLocalOnly ? first : [])
      }
      if (nodePort) to(outerName, sets.nodePorts, nodePort)
      const guarded = spec.type === 'LoadBalancer' && sources.length > 0 && !sources.some((one) => one.endsWith('/0'))
      if (guarded && outer.length > 0)
        chains.push([`${name}_lb`, { rules: [`ip saddr != { ${sources.join(', ')} } drop`, `goto ${outerName}`] }])
      // Source ranges are for what the load balancer sends, not for externalIPs.
      const isOpen = (key: string) => {
        const [ip = ''] = key.split(' ')
        return ip !== config.nodeIP && (spec.externalIPs ?? []).includes(ip)
      }
      for (const key of outer) to(guarded && !isOpen(key) ? `${name}_lb` : outerName, sets.services, key)
    }
    for (const { ip } of targets.all)
      if (isInCidr(ip, config.podCIDR)) elements.push([sets.selves, `${ip} . ${ip}`, ''])
  }
  return { chains, sets: ownSets, elements }
}

const exposesNodePorts = ({ spec }: Service) => spec.type === 'NodePort' || spec.type === 'LoadBalancer'

/** A balancer in mode Proxy answers for itself, also when pods ask. */
const balancerIP = ({ ip = '', ipMode }: { ip?: string; ipMode?: string }) => (ipMode === 'Proxy' ? '' : ip)

/** Addresses besides the ClusterIP: externalIPs and what the load balancer was given. */
function outerAddresses(service: Service, port: ServicePort, config: NetworkConfig, claims: Claims): string[] {
  const { spec, status } = service
  const protocol = (port.protocol ?? 'TCP').toLowerCase()
  const given = [
    ...(spec.externalIPs ?? []),
    ...(spec.type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []).map(balancerIP) : []),
    ...(spec.type === 'LoadBalancer' ? [config.nodeIP] : []),
  ]
  return [...new Set(given)].filter(
    (ip) =>
      isIPv4(ip) &&
      !isInCidr(ip, config.serviceCIDR) &&
      !isInCidr(ip, '127.0.0.0/8') &&
      (ip !== config.nodeIP || claims.onNode.has(`${protocol} . ${port.port}`)),
  )
}

interface Affinity {
  seconds: number
}

function affinityOf({ spec }: Service): Affinity | undefined {
  if (spec.sessionAffinity !== 'ClientIP') return undefined
  return { seconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 }
}

/** The chains that send a new connection to one of `targets`. */
function balancer(
  name: string,
  l4: string,
  targets: readonly Target[],
  config: NetworkConfig,
  affinity: Affinity | undefined,
  first: readonly string[],
): { chains: [string, Chain][]; sets: [string, NftSet][] } {
  // Endpoints somewhere else must answer through this node, so they must see its address.
  const isElsewhere = targets.some(({ ip }) => !isInCidr(ip, config.podCIDR) && ip !== config.nodeIP)
  const mark = isElsewhere ? [`meta mark set meta mark | ${masqueradeMark}`] : []
  if (targets.length === 0) return { chains: [[name, { rules: [...first, 'drop'] }]], sets: [] }
  if (!affinity) {
    const [only] = targets
    const rule =
      targets.length === 1
        ? `meta l4proto ${l4} dnat ip to ${only!.ip}:${only!.port}`
        : `meta l4proto ${l4} dnat ip addr . port to numgen random mod ${targets.length} map { ${targets
            .map(({ ip, port }, index) => `${index} : ${ip} . ${port}`)
            .join(', ')} }`
    return { chains: [[name, { rules: [...first, ...mark, rule] }]], sets: [] }
  }
  const chains: [string, Chain][] = []
  const remembered: [string, NftSet][] = []
  const each = targets.map(({ ip, port }) => {
    const one = `${name}_${ip.replaceAll('.', '_')}_${port}`
    const set = `a${one}`
    remembered.push([set, { kind: 'set', type: 'ipv4_addr', flags: 'dynamic,timeout' }])
    chains.push([
      one,
      {
        rules: [
          `update @${set} { ip saddr timeout ${affinity.seconds}s }`,
          `meta l4proto ${l4} dnat ip to ${ip}:${port}`,
        ],
      },
    ])
    return { one, set }
  })
  const choose = `numgen random mod ${each.length} vmap { ${each.map(({ one }, index) => `${index} : goto ${one}`).join(', ')} }`
  const known = each.map(({ one, set }) => `ip saddr @${set} goto ${one}`)
  return { chains: [...chains, [name, { rules: [...first, ...mark, ...known, choose] }]], sets: remembered }
}

/** Stays the same while the Service lives, so that a change of endpoints touches nothing but the chain's rules. */
function chainName({ metadata }: Service, port: ServicePort): string {
  const identity = `${metadata.namespace}/${metadata.name}/${port.protocol ?? 'TCP'}/${port.port}`
  return `s_${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`
}

const sameTargets = (a: readonly Target[], b: readonly Target[]) =>
  a.length === b.length && a.every(({ ip, port }, index) => ip === b[index]!.ip && port === b[index]!.port)
