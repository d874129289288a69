import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Recorder } from '@sampan/control/events'
import type { Clock } from '@sampan/kit/clock'
import { described, listenerOn } from '@sampan/kit/listeners'
import type { Log } from '@sampan/kit/log'
import { RunFailed } from '@sampan/kit/run'
import { node } from '@sampan/resources/core/node'
import { pod } from '@sampan/resources/core/pod'
import { type Service, service } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { isReason } from '@sampan/resources/errors'
import { type ServiceCidr, serviceCidr } from '@sampan/resources/networking/service-cidr'
import { type Coalesced, coalesced } from '../coalesce.ts'
import type { ForgetFlows } from '../conntrack.ts'
import { kubeDnsSlice } from '../dns/kube-dns.ts'
import type { NetworkConfig } from '../network-config.ts'
import type { KernelTable } from '../nft/kernel.ts'
import { emptyPart, type Part, type Table, tableFrom } from '../nft/table.ts'
import type { Policies } from '../policies/controller.ts'
import { disjointRanges } from '../ranges.ts'
import { sets } from './base-table.ts'
import { beginsToLeave, type IsLeaving, leavingOf, serviceOf } from './endpoints.ts'
import { type HealthAnswer, healthPorts } from './health-ports.ts'
import { hostPortPart } from './host-ports.ts'
import { isOurLoadBalancer, nodeClaims } from './node-claims.ts'
import { servicePart } from './service-part.ts'

export interface ServicesOptions {
  client: Client
  caches: Caches
  recorder: Recorder
  config: NetworkConfig
  kernel: KernelTable
  base: Table
  policies: Policies
  /** Where the name server listens. */
  dnsPort: number
  /** UDP flows to endpoints that are gone: their entries in the connection table must go too. */
  forget: ForgetFlows
  clock: Clock
  log: Log
}

/** Keeps the kernel's table true to Services, endpoints, hostPorts and policies. */
export interface ServiceTable {
  /** Resolves when the kernel holds what the caches say now. */
  settled(): Promise<void>
  close(): Promise<void>
}

interface ServicePart {
  /** What it was made from, by identity. */
  inputs: readonly unknown[]
  part: Part
  udp: ReadonlySet<string>
  service: Service
}

/** How often somebody else's `nft flush ruleset` is looked for. */
const watchMs = 10_000
const holderMs = 10_000

/** Begins when the caches are filled: until then the kernel keeps what an earlier run left. */
export async function serviceTable(options: ServicesOptions): Promise<ServiceTable> {
  const { client, caches, recorder, config, kernel, base, policies, dnsPort, forget, clock, log } = options
  const services = caches.of(service)
  const slices = caches.of(endpointSlice)
  const pods = caches.of(pod)
  const nodes = caches.of(node)
  const ranges = caches.of(serviceCidr)
  slices.index('service', (slice) => {
    const owner = serviceOf(slice)
    return owner === undefined ? [] : [owner]
  })
  await Promise.all([services.synced, slices.synced, pods.synced, nodes.synced, ranges.synced, policies.synced])

  const dnsSlices = [kubeDnsSlice(config.dnsIP, dnsPort)]
  const parts = new Map<string, ServicePart>()
  const hostPorts = new Map<string, Part>()
  const isLeaving = leavingOf(pods)
  const leaversOf = (own: readonly EndpointSlice[]) =>
    own.flatMap(({ endpoints }) => (endpoints ?? []).filter(isLeaving).map(({ addresses }) => addresses[0])).join()
  /** `<service or host port>/ <address> <port>` of everything that UDP is sent to, and the node's own ports for it. */
  let udpTargets = new Set<string>()
  let udpPorts: Set<number> | undefined

  const zoneHere = () => nodes.get({ name: config.nodeName })?.metadata.labels?.['topology.kubernetes.io/zone']

  function parted(claims: ReturnType<typeof nodeClaims>): Part[] {
    const all: Part[] = []
    const zone = zoneHere()
    const seen = new Set<string>()
    for (const one of services.list()) {
      const key = keyOf(one)
      seen.add(key)
      // Names must be found whatever becomes of the object that says where they are.
      const own = one.spec.clusterIP === config.dnsIP ? dnsSlices : slices.by('service', key)
      const granted = claims.granted.get(key)
      const inputs = [one, granted && [...granted].join(), zone, leaversOf(own), ...own]
      let known = parts.get(key)
      if (!known || known.inputs.length !== inputs.length || known.inputs.some((input, i) => input !== inputs[i])) {
        const part = servicePart(one, own, config, { onNode: granted ?? new Set() }, { isLeaving, zone })
        known = { inputs, part, udp: udpTargetsOf(one, own), service: one }
        parts.set(key, known)
      }
      all.push(known.part)
    }
    for (const key of parts.keys()) if (!seen.has(key)) parts.delete(key)
    return all
  }

  /** Who listens on a port of this machine. Looking costs a walk through /proc: remembered for a while. */
  const holders = new Map<number, { holder?: string; at: number }>()
  const ownPorts = new Set(Object.values(config.ports))
  function holderOf(port: number): string | undefined {
    const now = clock.now().getTime()
    const known = holders.get(port)
    if (known && now - known.at < holderMs) return known.holder
    const found = listenerOn(port)
    const holder = found && described(found)
    holders.set(port, { ...(holder && { holder }), at: now })
    return holder
  }

  function claimed() {
    const wanting = services.list().filter((one) => isOurLoadBalancer(one) || one.spec.externalIPs?.length)
    const busy = new Map<number, string>()
    for (const one of wanting) {
      if (hasNodeAddress(one, config.nodeIP)) continue
      for (const { port, protocol = 'TCP' } of one.spec.ports ?? []) {
        if (protocol !== 'TCP' || busy.has(port) || ownPorts.has(port)) continue
        const holder = holderOf(port)
        if (holder) busy.set(port, holder)
      }
    }
    return nodeClaims(wanting, config, busy)
  }

  const health = healthPorts((port, { namespace, name }, error) => {
    const about = services.get({ namespace, name })
    const message = `health checks cannot be answered at port ${port}: ${error.message}`
    if (about) recorder.record({ about, type: 'Warning', reason: 'PortTaken', message, component: 'sampan-network' })
  })

  function healthAnswers(): Map<number, HealthAnswer> {
    const wanted = new Map<number, HealthAnswer>()
    for (const one of services.list()) {
      const { healthCheckNodePort: port, externalTrafficPolicy } = one.spec
      const { namespace = '', name } = one.metadata
      if (!port || externalTrafficPolicy !== 'Local') continue
      const local = localCount(slices.by('service', keyOf(one)), config.nodeName, isLeaving)
      wanted.set(port, { namespace, name, local })
    }
    return wanted
  }

  async function run() {
    const claims = claimed()
    const whole = () =>
      tableFrom(base, [...parted(claims), ...hostPorts.values(), policies.part(), rangesPart(ranges.list(), config)])
    const took = await kernel.apply(whole()).catch(async (error) => {
      // One object that nft cannot take must not keep all others from the kernel.
      if (!(error instanceof RunFailed) || !(await leaveOutBad())) throw error
      return kernel.apply(whole())
    })
    if (took === 'taken over' || took === 'replaced')
      log.info('service table written as a whole', { how: took, services: parts.size })
    await forgetFlows()
    health.set(healthAnswers())
    await tellBalancers(claims)
  }

  async function forgetFlows() {
    const now = new Set([...[...parts.values()].flatMap(({ udp }) => [...udp]), ...udpHostPorts(hostPorts.values())])
    const gone = [...udpTargets].filter((one) => !now.has(one)).map((one) => one.split(' ')[1]!)
    const ports = new Set([...parts.values()].flatMap(({ service: one }) => udpNodePorts(one)))
    for (const one of udpHostPorts(hostPorts.values())) ports.add(Number(/^udp . (\d+)\//.exec(one)?.[1] ?? 0))
    ports.delete(0)
    const come = udpPorts ? [...ports].filter((port) => !udpPorts!.has(port)) : [] // after a restart all of them seem new
    udpTargets = now
    udpPorts = ports
    if (gone.length + come.length > 0) await forget([...new Set(gone)], come)
  }

  /** Takes what nft refuses out of the table until it changes, and tells its user. Gives how many that were. */
  async function leaveOutBad(): Promise<number> {
    let count = 0
    for (const one of parts.values()) {
      const why = await kernel.refusal(tableFrom(base, [one.part]))
      if (why === undefined) continue
      one.part = emptyPart
      count++
      log.error('a Service cannot be put into the table and is left out', { service: keyOf(one.service), why })
      const message =
        'the kernel does not take the addresses and ports of this Service: it is left out until it changes'
      recorder.record({ about: one.service, type: 'Warning', reason: 'Rejected', message, component: 'sampan-network' })
    }
    return count
  }

  async function tellBalancers(claims: ReturnType<typeof nodeClaims>) {
    for (const one of services.list()) {
      const isGranted = isOurLoadBalancer(one) && claims.granted.has(keyOf(one))
      const has = hasNodeAddress(one, config.nodeIP)
      const why = isOurLoadBalancer(one) ? claims.refused.get(keyOf(one)) : undefined
      if (why && !told.has(`${one.metadata.uid} ${why}`)) {
        told.add(`${one.metadata.uid} ${why}`)
        recorder.record({ about: one, type: 'Warning', reason: 'PortTaken', message: why, component: 'sampan-network' })
      }
      if (isGranted === has || (!isGranted && !isOurs(one))) continue
      const loadBalancer = isGranted ? { ingress: [{ ip: config.nodeIP, ipMode: 'VIP' }] } : {}
      await writeStatus(client, one, loadBalancer)
    }
  }
  const told = new Set<string>()

  const job: Coalesced = coalesced({
    run,
    clock,
    failed: (error, failures) => log.error('the service table could not be written, trying again', { error, failures }),
  })

  policies.listen(() => job.ask())
  let zone = zoneHere()
  const stops = [
    services.listen(() => job.ask()),
    slices.listen(() => job.ask()),
    ranges.listen(() => job.ask()),
    nodes.listen(() => {
      if (zoneHere() !== zone) job.ask()
      zone = zoneHere()
    }),
    pods.listen((change) => {
      const key = change.object.metadata.uid ?? ''
      const part = change.type === 'gone' ? undefined : hostPortPart(change.object)
      const had = hostPorts.get(key)
      if (part && part.elements.length > 0) hostPorts.set(key, part)
      else hostPorts.delete(key)
      if (had || part?.elements.length || beginsToLeave(change)) job.ask()
    }),
  ]
  for (const one of pods.list()) {
    const part = hostPortPart(one)
    if (part.elements.length > 0) hostPorts.set(one.metadata.uid ?? '', part)
  }

  let stopWatching = clock.after(watchMs, watch)
  function watch() {
    kernel.isThere().then(
      (isThere) => {
        if (!isThere) {
          log.warn('somebody took the service table away: writing it again')
          job.ask()
        }
        stopWatching = clock.after(watchMs, watch)
      },
      (error) => {
        log.warn('the service table could not be looked at', { error })
        stopWatching = clock.after(watchMs, watch)
      },
    )
  }

  return {
    settled: () => job.next(),
    async close() {
      for (const stop of stops) stop()
      policies.close()
      stopWatching()
      await job.close()
      await health.close()
    },
  }
}

/** Addresses of further ServiceCIDRs that no Service has are refused as those of the first. */
const rangesPart = (ranges: readonly ServiceCidr[], { serviceCIDR }: NetworkConfig): Part => ({
  ...emptyPart,
  elements: disjointRanges(ranges.flatMap(({ spec }) => spec.cidrs ?? []))
    .filter((cidr) => cidr !== serviceCIDR)
    .map((cidr) => [sets.furtherServices, cidr, '']),
})

const keyOf = ({ metadata }: Service) => `${metadata.namespace}/${metadata.name}`

/** Pods on this node that take new connections, each counted once. */
function localCount(slices: readonly EndpointSlice[], nodeName: string, isLeaving: IsLeaving): number {
  const ready = slices.flatMap(({ endpoints = [] }) =>
    endpoints.filter((one) => one.nodeName === nodeName && (one.conditions?.ready ?? true) && !isLeaving(one)),
  )
  return new Set(ready.map(({ addresses, targetRef }) => targetRef?.uid ?? addresses[0])).size
}

const hasNodeAddress = ({ status }: Service, nodeIP: string) =>
  status?.loadBalancer?.ingress?.some(({ ip }) => ip === nodeIP) ?? false

/** A status we may clear: of a balancer that was ours, or of a Service that is none any more. */
const isOurs = ({ spec }: Service) => !spec.loadBalancerClass

function udpTargetsOf(one: Service, slices: readonly EndpointSlice[]): ReadonlySet<string> {
  if (!one.spec.ports?.some(({ protocol }) => protocol === 'UDP')) return new Set()
  return new Set(
    slices.flatMap(({ endpoints = [], ports }) =>
      endpoints
        .filter(({ conditions }) => conditions?.ready ?? true)
        .flatMap(({ addresses }) =>
          (ports ?? [])
            .filter(({ protocol }) => protocol === 'UDP')
            .flatMap(({ port }) => addresses.map((ip) => `${keyOf(one)}/ ${ip} ${port}`)),
        ),
    ),
  )
}

const udpNodePorts = ({ spec }: Service): number[] =>
  (spec.ports ?? []).flatMap(({ protocol, nodePort }) => (protocol === 'UDP' && nodePort ? [nodePort] : []))

/** The same for hostPorts: `udp . 53/ 10.130.0.7 5353`. */
const udpHostPorts = (parts: Iterable<Part>): string[] =>
  [...parts].flatMap(({ elements }) =>
    elements
      .filter(([, key]) => /(^| )udp \. /.test(key))
      .map(([, key, to]) => `${key.replace(/^.*udp/, 'udp')}/ ${to.replace(' . ', ' ')}`),
  )

async function writeStatus(client: Client, one: Service, loadBalancer: object) {
  const { namespace, name } = one.metadata
  try {
    await client.patch(
      service,
      { ...(namespace && { namespace }), name },
      { status: { loadBalancer: { ingress: null, ...loadBalancer } } },
      {
        type: 'merge',
        subresource: 'status',
      },
    )
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error // it went meanwhile
  }
}
