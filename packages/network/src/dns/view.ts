import type { Caches } from '@sampan/client/caches'
import { isInCidr } from '@sampan/kit/ip'
import { namespace } from '@sampan/resources/core/namespace'
import { type Service, service } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { serviceCidr } from '@sampan/resources/networking/service-cidr'
import { type DnsRecord, dnsRecord } from '@sampan/resources/sampan/dns-record'
import { serviceOf } from '../services/endpoints.ts'

/** What the name server knows, asked for piece by piece: nothing is built ahead, so nothing can be out of date. */
export interface View {
  service(namespace: string, name: string): Service | undefined
  /** The slices of one Service. */
  slices(namespace: string, name: string): readonly EndpointSlice[]
  hasNamespace(name: string): boolean
  serviceAt(ip: string): Service | undefined
  /** Whether an address lies in one of the cluster's ServiceCIDRs. */
  isServiceAddress(ip: string): boolean
  slicesAt(ip: string): readonly EndpointSlice[]
  /** Records with exactly this name, lower-case, without the last dot. A wildcard's name starts with `*.`. */
  records(name: string): readonly DnsRecord[]
}

/** A view of watch-fed caches. */
export function viewOf(caches: Caches): View {
  const services = caches.of(service)
  const slices = caches.of(endpointSlice)
  const namespaces = caches.of(namespace)
  const records = caches.of(dnsRecord)
  const ranges = caches.of(serviceCidr)
  services.index('clusterIP', ({ spec }) => (spec.clusterIP && spec.clusterIP !== 'None' ? [spec.clusterIP] : []))
  slices.index('service', (slice) => {
    const owner = serviceOf(slice)
    return owner === undefined ? [] : [owner]
  })
  slices.index('address', ({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses))
  records.index('name', ({ spec }) => [spec.name.toLowerCase().replace(/\.$/, '')])
  return {
    service: (space, name) => services.get({ namespace: space, name }),
    slices: (space, name) => slices.by('service', `${space}/${name}`),
    hasNamespace: (name) => namespaces.get({ name }) !== undefined,
    serviceAt: (ip) => services.by('clusterIP', ip)[0],
    isServiceAddress: (ip) => ranges.list().some(({ spec }) => spec.cidrs?.some((cidr) => isInCidr(ip, cidr))),
    slicesAt: (ip) => slices.by('address', ip),
    records: (name) => records.by('name', name),
  }
}
