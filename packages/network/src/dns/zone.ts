import { isInCidr, isIPv4 } from '@sampan/kit/ip'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'
import type { Answer } from 'dns-packet'
import type { View } from './view.ts'

export interface ZoneConfig {
  clusterDomain: string
  podCIDR: string
  serviceCIDR: string
  dnsIP: string
}

/** What our own names answer. `alias` is a name still to be resolved, elsewhere or here. */
export interface Reply {
  code: 'NOERROR' | 'NXDOMAIN'
  answers: Answer[]
  additionals: Answer[]
  /** The zone whose SOA goes with an empty answer. */
  zone: string
  alias?: string
}

/** Seconds. Short: addresses of headless Services change with their pods. */
export const clusterTTL = 5

/**
 * The answer for a name of ours (the cluster's domain, its reverse zones, DnsRecords); undefined for everybody else's.
 * Follows the Kubernetes DNS specification 1.1.0 and, where that leaves room, CoreDNS.
 */
export function replyFrom(name: string, type: string, view: View, config: ZoneConfig): Reply | undefined {
  const wanted = name.toLowerCase().replace(/\.$/, '')
  const { clusterDomain } = config
  if (wanted === clusterDomain || wanted.endsWith(`.${clusterDomain}`)) {
    const labels = wanted === clusterDomain ? [] : wanted.slice(0, -clusterDomain.length - 1).split('.')
    return clusterReply(wanted, labels, type, view, config)
  }
  if (wanted.endsWith('.in-addr.arpa')) return reverseReply(wanted, type, view, config)
  return recordReply(wanted, type, view)
}

const found = (zone: string, answers: Answer[] = [], additionals: Answer[] = []): Reply => ({
  code: 'NOERROR',
  answers,
  additionals,
  zone,
})
const missing = (zone: string): Reply => ({ code: 'NXDOMAIN', answers: [], additionals: [], zone })

const a = (name: string, ip: string, ttl = clusterTTL): Answer => ({ type: 'A', name, ttl, data: ip })

function clusterReply(
  name: string,
  labels: string[],
  type: string,
  view: View,
  { clusterDomain, dnsIP }: ZoneConfig,
): Reply {
  const zone = clusterDomain
  const ns = `ns.dns.${zone}`
  if (labels.length === 0) {
    if (type === 'SOA' || type === 'ANY') return found(zone, [soa(zone)])
    if (type === 'NS') return found(zone, [{ type: 'NS', name, ttl: clusterTTL, data: ns }], [a(ns, dnsIP)])
    return found(zone)
  }
  if (name === ns) return found(zone, type === 'A' ? [a(name, dnsIP)] : [])
  if (name === `dns.${zone}`) return found(zone)
  if (name === `dns-version.${zone}`)
    return found(zone, type === 'TXT' ? [{ type: 'TXT', name, ttl: clusterTTL, data: '1.1.0' }] : [])
  const kind = labels.at(-1)
  if (kind !== 'svc' && kind !== 'pod') return missing(zone)
  if (labels.length === 1) return found(zone)
  const space = labels.at(-2)!
  const rest = labels.slice(0, -2)
  if (rest.length === 0) return view.hasNamespace(space) ? found(zone) : missing(zone)
  if (kind === 'pod') return podReply(name, space, rest, type, view, zone)
  return serviceReply(name, space, rest, type, view, zone)
}

/** `10-130-0-5.default.pod.cluster.local`: the address is in the name. */
function podReply(name: string, space: string, rest: string[], type: string, view: View, zone: string): Reply {
  const ip = rest.length === 1 ? rest[0]!.replaceAll('-', '.') : ''
  if (!isIPv4(ip) || !view.hasNamespace(space)) return missing(zone)
  return found(zone, type === 'A' ? [a(name, ip)] : [])
}

function serviceReply(name: string, space: string, rest: string[], type: string, view: View, zone: string): Reply {
  const serviceName = rest.at(-1)!
  const service = view.service(space, serviceName)
  if (!service) return missing(zone)
  const before = rest.slice(0, -1)
  const base = `${serviceName}.${space}.svc.${zone}`
  if (service.spec.type === 'ExternalName') return externalReply(name, service, before, zone)
  const endpoints = endpointsOf(view.slices(space, serviceName))
  const isHeadless = service.spec.clusterIP === 'None'

  if (before.length === 0) {
    if (type === 'SRV') return srvReply(name, base, service, endpoints, undefined, undefined, zone)
    if (type !== 'A') return found(zone)
    const ips = isHeadless ? unique(endpoints.map(({ ip }) => ip)) : [service.spec.clusterIP ?? ''].filter(isIPv4)
    return found(
      zone,
      ips.map((ip) => a(name, ip)),
    )
  }
  if (before.length === 1 && before[0]!.startsWith('_')) return found(zone)
  if (before.length === 2 && before[0]!.startsWith('_') && before[1]!.startsWith('_'))
    return srvReply(name, base, service, endpoints, before[0]!.slice(1), before[1]!.slice(1), zone, type)
  if (before.length !== 1) return missing(zone)
  const named = endpoints.filter((one) => one.label === before[0])
  if (named.length === 0) return missing(zone)
  const ips = unique(named.map(({ ip }) => ip))
  return found(zone, type === 'A' ? ips.map((ip) => a(name, ip)) : [])
}

function externalReply(name: string, service: Service, before: string[], zone: string): Reply {
  if (before.length > 0) return missing(zone)
  const target = (service.spec.externalName ?? '').replace(/\.$/, '')
  if (isIPv4(target)) return found(zone, [a(name, target)])
  return { ...found(zone, [{ type: 'CNAME', name, ttl: clusterTTL, data: target }]), alias: target }
}

function srvReply(
  name: string,
  base: string,
  service: Service,
  endpoints: readonly Endpoint[],
  portName: string | undefined,
  protocol: string | undefined,
  zone: string,
  type: string = 'SRV',
): Reply {
  const fits = (port: { name?: string; protocol?: string }) =>
    (portName === undefined || port.name === portName) &&
    (protocol === undefined || (port.protocol ?? 'TCP').toLowerCase() === protocol)
  const targets: { target: string; ip: string; port: number }[] = []
  if (service.spec.clusterIP === 'None') {
    for (const { ip, label, ports } of endpoints)
      for (const port of ports.filter(fits)) targets.push({ target: `${label}.${base}`, ip, port: port.port })
  } else {
    for (const port of (service.spec.ports ?? []).filter(fits))
      targets.push({ target: base, ip: service.spec.clusterIP ?? '', port: port.port })
  }
  if (targets.length === 0) return portName === undefined ? found(zone) : missing(zone)
  if (type !== 'SRV') return found(zone)
  const weight = Math.max(1, Math.floor(100 / targets.length))
  const extra = new Map(
    targets.filter(({ ip }) => isIPv4(ip)).map(({ target, ip }) => [`${target} ${ip}`, a(target, ip)]),
  )
  return found(
    zone,
    targets.map(({ target, port }) => ({
      type: 'SRV',
      name,
      ttl: clusterTTL,
      data: { priority: 0, weight, port, target },
    })),
    [...extra.values()],
  )
}

interface Endpoint {
  ip: string
  /** First label of its own name: the hostname, or its address with dashes. */
  label: string
  ports: { name?: string; protocol?: string; port: number }[]
}

/** Ready ones only; `publishNotReadyAddresses` shows as ready in the slices. */
function endpointsOf(slices: readonly EndpointSlice[]): Endpoint[] {
  return slices
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints, ports }) =>
      (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready ?? true)
        .flatMap(({ addresses, hostname }) =>
          addresses.map((ip) => ({
            ip,
            label: hostname ?? ip.replaceAll('.', '-'),
            ports: (ports ?? []).flatMap(({ name, protocol, port }) =>
              port ? { ...(name && { name }), ...(protocol && { protocol }), port } : [],
            ),
          })),
        ),
    )
}

function reverseReply(name: string, type: string, view: View, config: ZoneConfig): Reply | undefined {
  const ip = name.slice(0, -'.in-addr.arpa'.length).split('.').toReversed().join('.')
  const isOurs =
    isIPv4(ip) && (isInCidr(ip, config.serviceCIDR) || isInCidr(ip, config.podCIDR) || view.isServiceAddress(ip))
  const zone = config.clusterDomain
  const names: string[] = []
  const service = view.serviceAt(ip)
  if (service) names.push(`${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`)
  else
    for (const slice of view.slicesAt(ip)) {
      const owner = slice.metadata.labels?.['kubernetes.io/service-name']
      const endpoint = slice.endpoints?.find(({ addresses }) => addresses.includes(ip))
      if (!owner || !endpoint) continue
      const label = endpoint.hostname ?? ip.replaceAll('.', '-')
      names.push(`${label}.${owner}.${slice.metadata.namespace}.svc.${zone}`)
    }
  if (names.length === 0) return isOurs ? missing(zone) : undefined
  if (type !== 'PTR') return found(zone)
  return found(
    zone,
    unique(names).map((data) => ({ type: 'PTR', name, ttl: clusterTTL, data })),
  )
}

/** DnsRecords: the name itself, else the nearest wildcard above it. */
function recordReply(name: string, type: string, view: View): Reply | undefined {
  const all = [name, ...wildcardsOf(name)].map((one) => view.records(one)).find((some) => some.length > 0)
  if (!all) return undefined
  // A name belongs to the namespace that recorded it first: nobody adds an address to another tenant's.
  const [first] = all.toSorted(byAge)
  const records = all.filter(({ metadata }) => metadata.namespace === first!.metadata.namespace)
  const zone = name
  const alias = records.find(({ spec }) => spec.type === 'CNAME')
  if (alias && type !== 'CNAME') {
    const target = alias.spec.values[0]!.replace(/\.$/, '')
    return { ...found(zone, [{ type: 'CNAME', name, ttl: alias.spec.ttl, data: target }]), alias: target }
  }
  const answers = records
    .filter(({ spec }) => spec.type === type)
    .flatMap(({ spec }) => spec.values.map((data) => ({ type: spec.type, name, ttl: spec.ttl, data }) as Answer))
  return found(zone, answers)
}

const byAge = ({ metadata: a }: DnsRecord, { metadata: b }: DnsRecord) =>
  (a.creationTimestamp ?? '') < (b.creationTimestamp ?? '')
    ? -1
    : (a.creationTimestamp ?? '') > (b.creationTimestamp ?? '')
      ? 1
      : Number(a.resourceVersion ?? 0) - Number(b.resourceVersion ?? 0)

function wildcardsOf(name: string): string[] {
  const labels = name.split('.')
  return labels.slice(1, -1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`)
}

/** Every change of the data may be a new serial; nobody transfers this zone, so a constant does. */
export const soa = (zone: string): Answer => ({
  type: 'SOA',
  name: zone,
  ttl: clusterTTL,
  data: {
    mname: `ns.dns.${zone}`,
    rname: `hostmaster.${zone}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: clusterTTL,
  },
})

const unique = <T>(all: readonly T[]): T[] => [...new Set(all)]
