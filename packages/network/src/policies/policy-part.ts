import { createHash } from 'node:crypto'
import { isIPv4 } from '@sampan/kit/ip'
import { selects } from '@sampan/kit/selectors'
import type { Namespace } from '@sampan/resources/core/namespace'
import type { Pod } from '@sampan/resources/core/pod'
import type { LabelSelector } from '@sampan/resources/meta'
import type { NetworkPolicy } from '@sampan/resources/networking/network-policy'
import { type Chain, emptyPart, type Part } from '../nft/table.ts'
import { disjointRanges } from '../ranges.ts'
import { knownForwarded, knownIntoNode, sets } from '../services/base-table.ts'

export interface PolicyInput {
  policies: readonly NetworkPolicy[]
  pods: readonly Pod[]
  namespaces: readonly Namespace[]
  /** Where the name server listens: to policies it is a pod of kube-system with the label k8s-app=kube-dns. */
  dns: { ip: string; port: number }
  /** Name of the pods' bridge. */
  bridge: string
}

type Direction = 'ingress' | 'egress'

/** A pod as policies see it. */
interface Place {
  ip: string
  namespace: string
  labels: Readonly<Record<string, string>>
  /** `TCP http` → number. */
  ports: ReadonlyMap<string, number>
}

/**
 * What all policies together bring to the table: one chain per set of policies that select the same pods, and each
 * selected pod's address leading to it. A pod that no policy selects is in no map and passes freely. Traffic between the
 * node itself and its pods is never filtered (probes, the ingress), nor are answers to what was allowed.
 */
export function policyPart({ policies, pods, namespaces, dns, bridge }: PolicyInput): Part {
  if (policies.length === 0) return emptyPart
  const places = placesOf(pods)
  const spaces = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]))
  const peers: Place[] = [...places, dnsPlace(dns.ip)]
  const chains = new Map<string, { rules: readonly string[] }>()
  const elements: [string, string, string][] = []
  for (const direction of ['ingress', 'egress'] as const) {
    const mine = policies.filter((policy) => concerns(policy, direction))
    if (mine.length === 0) continue
    for (const place of places) {
      const selecting = mine.filter(
        ({ metadata, spec }) =>
          (metadata.namespace ?? 'default') === place.namespace && selects(spec.podSelector ?? {}, place.labels),
      )
      if (selecting.length === 0) continue
      const name = chainName(direction, selecting, place)
      if (!chains.has(name)) {
        const rules = selecting.flatMap((policy) => rulesOf(policy, direction, { place, peers, spaces, dns }))
        chains.set(name, { rules: [...new Set(rules), ...refused] })
      }
      // `jump`, so that a packet one side lets out still has to be let in by the other.
      elements.push([sets[direction], place.ip, `jump ${name}`])
    }
  }
  return { chains: [...chains, ...knownChains(bridge, chains, elements)], sets: [], elements }
}

/** A connection under way is broken off, a new one refused. */
const refused = ['ct state established meta l4proto tcp reject with tcp reset', 'reject with icmpx admin-prohibited']

/** Bits of a connection's mark that name the policies it was found allowed by. */
const markBits = '0xffffff00'

/**
 * In place of the base table's: a connection of a pod that was let pass under other policies than these is looked at once
 * more, by the next packet of the side that began it, and remembered. So what is not allowed any more ends, and all others
 * still leave by the first rules. Without policies the base table's own chains stay, which look at no mark.
 */
function knownChains(
  bridge: string,
  chains: ReadonlyMap<string, Chain>,
  elements: readonly (readonly string[])[],
): [string, Chain][] {
  const identity = JSON.stringify([[...chains], elements].map((one) => one.toSorted()))
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 6)
  const mark = `0x${digest === '000000' ? '000001' : digest}00`
  const isKnown = 'ct state established,related'
  const again = [
    `${isKnown} ct mark & ${markBits} == ${mark} accept`,
    `${isKnown} ct direction reply accept`,
    'ct state related accept',
    'ct state established tcp flags & rst == rst accept',
    'ct state established jump policies',
    `ct state established ct mark set ct mark & 0x000000ff | ${mark} accept`,
  ]
  return [
    [knownForwarded, { rules: [`iifname != "${bridge}" oifname != "${bridge}" ${isKnown} accept`, ...again] }],
    [knownIntoNode, { rules: [`iifname != "${bridge}" ${isKnown} accept`, ...again] }],
  ]
}

function placesOf(pods: readonly Pod[]): Place[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    const ip = status?.podIP
    if (spec.hostNetwork || !ip || !isIPv4(ip) || status.phase === 'Succeeded' || status.phase === 'Failed') return []
    const ports = new Map<string, number>()
    for (const { ports: all = [] } of [...(spec.initContainers ?? []), ...spec.containers])
      for (const { name, protocol = 'TCP', containerPort } of all)
        if (name) ports.set(`${protocol} ${name}`, containerPort)
    return { ip, namespace: metadata.namespace ?? 'default', labels: metadata.labels ?? {}, ports }
  })
}

const dnsPlace = (ip: string): Place => ({
  ip,
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  ports: new Map([
    ['UDP dns', 53],
    ['TCP dns-tcp', 53],
  ]),
})

function concerns({ spec }: NetworkPolicy, direction: Direction): boolean {
  const types = spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress'])
  return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
}

/** The same for pods that the same policies select and that mean the same by named ports; stable while those live. */
function chainName(direction: Direction, selecting: readonly NetworkPolicy[], { ports }: Place): string {
  const identity = [
    ...selecting.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).toSorted(),
    ...(direction === 'ingress' ? [...ports].map(([name, port]) => `${name}=${port}`).toSorted() : []),
  ]
  return `p_${direction}_${createHash('sha256').update(identity.join(' ')).digest('hex').slice(0, 12)}`
}

interface Scene {
  place: Place
  peers: readonly Place[]
  spaces: ReadonlyMap<string, Readonly<Record<string, string>>>
  dns: { ip: string; port: number }
}

interface PolicyPeer {
  podSelector?: LabelSelector
  namespaceSelector?: LabelSelector
  ipBlock?: { cidr: string; except?: string[] }
}

interface PolicyPort {
  protocol?: string
  port?: number | string
  endPort?: number
}

/** One rule of nft for each way an allowed packet may look; `return` lets it pass this direction. */
function rulesOf(policy: NetworkPolicy, direction: Direction, scene: Scene): string[] {
  const { spec, metadata } = policy
  const namespace = metadata.namespace ?? 'default'
  const field = direction === 'ingress' ? 'saddr' : 'daddr'
  const entries = (direction === 'ingress' ? spec.ingress : spec.egress) ?? []
  return entries.flatMap((entry) => {
    const given =
      (direction === 'ingress' ? (entry as { from?: PolicyPeer[] }).from : (entry as { to?: PolicyPeer[] }).to) ?? []
    const ports = (entry.ports ?? []) as PolicyPort[]
    const places =
      given.length === 0
        ? undefined
        : scene.peers.filter((peer) => given.some((one) => isPeer(one, peer, namespace, scene)))
    const blocks = given.flatMap(({ ipBlock }) => (ipBlock ? blockMatch(ipBlock, field) : []))
    if (direction === 'egress') return egressRules(places, blocks, ports, scene)
    const who = places === undefined ? [''] : [...addressMatch(field, places), ...blocks]
    return combined(who, portMatches(ports, scene.place))
  })
}

/** Named ports mean what each destination means by them. */
function egressRules(
  places: readonly Place[] | undefined,
  blocks: readonly string[],
  ports: readonly PolicyPort[],
  scene: Scene,
): string[] {
  const numbered = ports.filter(({ port }) => typeof port !== 'string')
  const named = ports.filter(({ port }) => typeof port === 'string')
  const plain = ports.length === 0 || numbered.length > 0
  const who = places === undefined ? [''] : [...addressMatch('daddr', places), ...blocks]
  const rules = plain ? combined(who, portMatches(numbered)) : []
  for (const { protocol = 'TCP', port } of named)
    for (const peer of places ?? scene.peers) {
      const number = peer.ports.get(`${protocol} ${port}`)
      if (number) rules.push(`ip daddr ${peer.ip} ${protocol.toLowerCase()} dport ${number} return`)
    }
  const reachesDns = places === undefined || places.some(({ ip }) => ip === scene.dns.ip)
  if (scene.dns.port !== 53 && reachesDns)
    for (const { protocol = 'TCP', port } of numbered)
      if (port === 53) rules.push(`ip daddr ${scene.dns.ip} ${protocol.toLowerCase()} dport ${scene.dns.port} return`)
  return rules
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
  peer: Place,
  namespace: string,
  { spaces }: Scene,
): boolean {
  if (ipBlock) return false
  const isSpace = namespaceSelector
    ? selects(namespaceSelector, spaces.get(peer.namespace) ?? {})
    : peer.namespace === namespace
  return isSpace && (!podSelector || selects(podSelector, peer.labels))
}

const addressMatch = (field: string, places: readonly Place[]): string[] =>
  places.length === 0
    ? []
    : [
        `ip ${field} { ${places
          .map(({ ip }) => ip)
          .toSorted()
          .join(', ')} } `,
      ]

/** Only IPv4 here; a block of the other family matches nothing. */
function blockMatch({ cidr, except = [] }: { cidr: string; except?: string[] }, field: string): string[] {
  const [range] = disjointRanges([cidr])
  if (!range) return []
  const without = disjointRanges(except)
  const match = range.endsWith('/0') ? 'meta nfproto ipv4 ' : `ip ${field} ${range} `
  if (without.some((one) => one.endsWith('/0'))) return []
  return [`${match}${without.length > 0 ? `ip ${field} != { ${without.join(', ')} } ` : ''}`]
}

/** No ports at all means any; names that the pod does not know match nothing. */
function portMatches(ports: readonly PolicyPort[], place?: Place): string[] {
  if (ports.length === 0) return ['']
  const numbers = new Map<string, Set<string>>()
  const wholes = new Set<string>()
  for (const { protocol = 'TCP', port, endPort } of ports) {
    const l4 = protocol.toLowerCase()
    const number = typeof port === 'string' ? place?.ports.get(`${protocol} ${port}`) : port
    if (port === undefined) wholes.add(l4)
    else if (number) {
      const all = numbers.get(l4) ?? new Set()
      numbers.set(l4, all.add(endPort && endPort > number ? `${number}-${endPort}` : String(number)))
    }
  }
  // One match per port: ranges that overlap could not stand in one set.
  return [
    ...[...wholes].map((l4) => `meta l4proto ${l4} `),
    ...[...numbers].flatMap(([l4, all]) => (wholes.has(l4) ? [] : [...all].map((one) => `${l4} dport ${one} `))),
  ]
}

const combined = (who: readonly string[], what: readonly string[]) =>
  who.flatMap((one) => what.map((other) => `${one}${other}return`))
