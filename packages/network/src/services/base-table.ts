import type { NetworkConfig } from '../network-config.ts'
import type { Chain, NftSet, Table } from '../nft/table.ts'

/** Bit of the packet mark that says: leave with the node's address. */
export const masqueradeMark = '0x00010000'

/** Names of the sets that Services, pods and policies put elements into. */
export const sets = {
  /** Address . protocol . port of Services → their chain. */
  services: 'services',
  /** Protocol . port on any address of the node → chain. */
  nodePorts: 'node_ports',
  /** Pods' hostPorts with an address of their own, and without. */
  hostPortsAt: 'host_ports_at',
  hostPorts: 'host_ports',
  /** Services without endpoints: refused. */
  refused: 'refused',
  refusedNodePorts: 'refused_node_ports',
  /** Address . address of pods that are endpoints: one that reaches itself through a Service. */
  selves: 'selves',
  /** Ranges of further ServiceCIDRs. */
  furtherServices: 'further_services',
  /** Pod address → the chain of its policies. */
  egress: 'egress',
  ingress: 'ingress',
} as const

/** Whether a packet may pass is decided once for each connection: all that follow leave by the first rule. */
const known = 'ct state established,related accept'

/** Chains with that rule, where policies may have to look again: see `policy-part.ts`. */
export const knownForwarded = 'known_forwarded'
export const knownIntoNode = 'known_into_node'

export interface HostAbilities {
  /** Whether traffic between two pods on the bridge passes the table (bridge-nf-call-iptables). */
  seesBridged: boolean
}

/**
 * What is there before any Service: hooks, empty maps, masquerading, and the doors that stay closed. Traffic between pods
 * passes these hooks because the kernel hands bridged packets to them; without that (`seesBridged: false`) Services still
 * work, with the node's address as the source, but policies between pods cannot hold.
 */
export function baseTable(config: NetworkConfig, { seesBridged }: HostAbilities): Table {
  const { bridge, podCIDR, serviceCIDR, dnsIP } = config
  const chains: [string, Chain][] = [
    [
      'guard',
      {
        hook: 'type filter hook prerouting priority raw; policy accept;',
        rules: [
          // route_localnet (for hostPorts and nodePorts at 127.0.0.1) must not open the node's own loopback to pods.
          `iifname "${bridge}" ip daddr 127.0.0.0/8 drop`,
          `ip daddr ${dnsIP} iifname != { "lo", "${bridge}" } drop`,
        ],
      },
    ],
    ['from_network', { hook: 'type nat hook prerouting priority dstnat; policy accept;', rules: ['jump translate'] }],
    ['from_node', { hook: 'type nat hook output priority -100; policy accept;', rules: ['jump translate'] }],
    [
      'translate',
      {
        rules: [
          `ip daddr . meta l4proto . th dport vmap @${sets.services}`,
          'meta nfproto ipv4 fib daddr type local jump translate_local',
        ],
      },
    ],
    [
      'translate_local',
      {
        rules: [
          `ip daddr ${serviceCIDR} return`,
          `dnat ip to ip daddr . meta l4proto . th dport map @${sets.hostPortsAt}`,
          `dnat ip to meta l4proto . th dport map @${sets.hostPorts}`,
          `meta l4proto . th dport vmap @${sets.nodePorts}`,
        ],
      },
    ],
    [
      'to_network',
      {
        hook: 'type nat hook postrouting priority srcnat; policy accept;',
        rules: [
          `meta mark & ${masqueradeMark} == ${masqueradeMark} masquerade`,
          `oifname "${bridge}" ip saddr 127.0.0.0/8 masquerade`,
          `oifname "${bridge}" ct status dnat ip saddr . ip daddr @${sets.selves} masquerade`,
          ...(seesBridged ? [] : [`oifname "${bridge}" ct status dnat ip saddr ${podCIDR} masquerade`]),
          `oifname != "${bridge}" ip saddr ${podCIDR} masquerade`,
        ],
      },
    ],
    [
      'refuse',
      {
        rules: [
          `ip daddr . meta l4proto . th dport @${sets.refused} reject`,
          `meta nfproto ipv4 fib daddr type local ip daddr != ${serviceCIDR} meta l4proto . th dport @${sets.refusedNodePorts} reject`,
        ],
      },
    ],
    [
      'policies',
      {
        rules: [
          `ip saddr . ip daddr @${sets.selves} return`,
          `ip saddr vmap @${sets.egress}`,
          `ip daddr vmap @${sets.ingress}`,
        ],
      },
    ],
    [knownForwarded, { rules: [known] }],
    [knownIntoNode, { rules: [known] }],
    [
      'forwarded',
      {
        hook: 'type filter hook forward priority filter; policy accept;',
        rules: [
          `jump ${knownForwarded}`,
          // A packet the kernel cannot place would pass untranslated, and its receiver break the connection off.
          'ct state invalid drop',
          'jump refuse',
          'jump policies',
          // What no Service answers for must not wander off to the default route.
          `ip daddr ${serviceCIDR} reject`,
          `ip daddr @${sets.furtherServices} reject`,
        ],
      },
    ],
    [
      'into_node',
      {
        hook: 'type filter hook input priority filter; policy accept;',
        rules: [`jump ${knownIntoNode}`, 'jump refuse', `iifname "${bridge}" jump policies`],
      },
    ],
    [
      'out_of_node',
      {
        hook: 'type filter hook output priority filter; policy accept;',
        rules: [
          known,
          'jump refuse',
          `ip daddr ${serviceCIDR} ip daddr != ${dnsIP} reject`,
          `ip daddr @${sets.furtherServices} reject`,
        ],
      },
    ],
  ]
  const address = 'ipv4_addr . inet_proto . inet_service'
  const port = 'inet_proto . inet_service'
  const declared: [string, NftSet][] = [
    map(sets.services, `${address} : verdict`),
    map(sets.nodePorts, `${port} : verdict`),
    map(sets.hostPortsAt, `${address} : ipv4_addr . inet_service`),
    map(sets.hostPorts, `${port} : ipv4_addr . inet_service`),
    set(sets.refused, address),
    set(sets.refusedNodePorts, port),
    set(sets.selves, 'ipv4_addr . ipv4_addr'),
    [sets.furtherServices, { kind: 'set', type: 'ipv4_addr', flags: 'interval', elements: new Map() }],
    map(sets.egress, 'ipv4_addr : verdict'),
    map(sets.ingress, 'ipv4_addr : verdict'),
  ]
  return { name: config.nftTable, chains: new Map(chains), sets: new Map(declared) }
}

const map = (name: string, type: string): [string, NftSet] => [name, { kind: 'map', type, elements: new Map() }]
const set = (name: string, type: string): [string, NftSet] => [name, { kind: 'set', type, elements: new Map() }]
