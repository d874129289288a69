import { ipv4Number, ipv4Text, isInCidr, isIPv4 } from '@sampan/kit/ip'
import { isTrue } from '@sampan/resources/conditions'
import type { Service } from '@sampan/resources/core/service'
import { allocate, carryOver, holdings, type ServiceAllocator } from '@sampan/resources/core/service-networking'
import { invalid } from '@sampan/resources/errors'
import { type ServiceCidr, serviceCidr } from '@sampan/resources/networking/service-cidr'
import { invalidValue } from '@sampan/resources/problem'
import type { Admission, Admitted } from './interfaces.ts'

export interface ServiceAllocationOptions {
  /** IPv4, as `10.190.0.0/16`: where addresses come from first. Further ServiceCIDRs that are ready come after it. */
  serviceCIDR: string
  nodePorts?: { first: number; last: number }
  random?: () => number
  now?: () => number
}

const services = { group: '', plural: 'services' }

/** How long what was handed out is kept back until its Service shows up in the store. */
const keepMs = 10_000

/**
 * Gives Services their addresses and node ports. What is taken is read from the Services themselves, plus what was given
 * out a moment ago and is not stored yet, so nothing can leak and nothing is given out twice. A Service may have again
 * what it was given a moment ago, and what it gave back or left behind is free at once.
 */
export function serviceAllocation(options: ServiceAllocationOptions): Admission {
  const { serviceCIDR, nodePorts = { first: 30000, last: 32767 }, random = Math.random, now = Date.now } = options
  const recent = new Map<string, { until: number; owner: string }>()
  const ownerOf = ({ namespace, name }: Admitted) => `${namespace}/${name}`
  const giveBack = (write: Admitted, kept?: Service) => {
    const { clusterIPs = [], nodePorts: ports = [] } = kept ? holdings(kept) : {}
    const held = new Set([...clusterIPs, ...ports.map(({ protocol, port }) => `${protocol} ${port}`)])
    for (const [id, { owner }] of recent) if (owner === ownerOf(write) && !held.has(id)) recent.delete(id)
  }

  const takenNow = (write: Admitted) => {
    const { objects, name, namespace } = write
    const taken = new Set<string>()
    for (const [id, { until, owner }] of recent) {
      if (until < now()) recent.delete(id)
      else if (owner !== ownerOf(write)) taken.add(id)
    }
    for (const one of objects.list<Service>(services)) {
      if (one.metadata.name === name && one.metadata.namespace === namespace) continue
      const { clusterIPs, nodePorts: ports } = holdings(one)
      for (const ip of clusterIPs) taken.add(ip)
      for (const { protocol, port } of ports) taken.add(`${protocol} ${port}`)
    }
    return taken
  }

  const allocatorFor = (write: Admitted): ServiceAllocator => {
    const taken = takenNow(write)
    const ranges = [...new Set([serviceCIDR, ...furtherRanges(write)])]
    const refuse = (field: string, value: unknown, why: string): never => {
      throw invalid({ kind: 'Service', group: '' }, write.name, [invalidValue(field, value, why)])
    }
    const take = (id: string) => {
      taken.add(id)
      if (!write.dryRun) recent.set(id, { until: now() + keepMs, owner: ownerOf(write) })
    }
    return {
      clusterIP(wanted) {
        if (wanted === undefined) {
          let free: string | undefined
          for (const range of ranges) free ??= freeAddress(range, taken, random)
          if (!free) return refuse('spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full')
          take(free)
          return free
        }
        if (!ranges.some((range) => isInCidr(wanted, range)))
          return refuse(
            'spec.clusterIPs',
            [wanted],
            `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${ranges.join(', ')}`,
          )
        if (taken.has(wanted))
          return refuse(
            'spec.clusterIPs',
            [wanted],
            `failed to allocate IP ${wanted}: provided IP is already allocated`,
          )
        take(wanted)
        return wanted
      },
      nodePort(protocol, wanted) {
        const { first, last } = nodePorts
        if (wanted === undefined) {
          const size = last - first + 1
          const start = Math.floor(random() * size)
          for (let i = 0; i < size; i++) {
            const port = first + ((start + i) % size)
            if (['TCP', 'UDP', 'SCTP'].some((one) => taken.has(`${one} ${port}`))) continue
            take(`${protocol} ${port}`)
            return port
          }
          return refuse('spec.ports', [], 'failed to allocate a nodePort: range is full')
        }
        const field = 'spec.ports[0].nodePort'
        if (wanted < first || wanted > last)
          return refuse(
            field,
            wanted,
            `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
          )
        if (taken.has(`${protocol} ${wanted}`)) return refuse(field, wanted, 'provided port is already allocated')
        take(`${protocol} ${wanted}`)
        return wanted
      },
    }
  }

  return {
    name: 'ServiceAllocation',
    kinds: ['services'],
    concerns: ({ subresource }) => subresource === undefined,
    mutate(write) {
      if (write.operation === 'DELETE') return write.dryRun ? undefined : giveBack(write)
      const next = write.object as Service
      const old = write.old as Service | undefined
      if (!Array.isArray(next.spec?.ports ?? [])) return
      if (old) carryOver(next, old)
      allocate(next, allocatorFor(write), old)
      if (old && !write.dryRun) giveBack(write, next)
    },
  }
}

/** Ranges that came as objects: those that are ready and not on their way out. */
const furtherRanges = ({ objects }: Admitted): string[] =>
  objects
    .list<ServiceCidr>(serviceCidr)
    .filter((one) => !one.metadata.deletionTimestamp && isTrue(one, 'Ready'))
    .flatMap(({ spec }) => spec.cidrs ?? [])
    .filter((cidr) => isIPv4(cidr.split('/')[0]!))

/** Any free address, from the part of the range that people do not choose from by hand as long as there is one. */
function freeAddress(cidr: string, taken: ReadonlySet<string>, random: () => number): string | undefined {
  const [base, bits] = cidr.split('/') as [string, string]
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(ipv4Number(base) / size) * size
  const band = Math.min(Math.max(16, Math.floor(size / 16)), 256)
  const search = (from: number, to: number) => {
    const count = to - from
    if (count <= 0) return undefined
    const start = Math.floor(random() * count)
    for (let i = 0; i < count; i++) {
      const address = ipv4Text(first + from + ((start + i) % count))
      if (!taken.has(address)) return address
    }
    return undefined
  }
  return search(band, size - 1) ?? search(1, Math.min(band, size - 1))
}
