import { writeFile } from 'node:fs/promises'
import { ipv4Number, ipv4Text } from '@sampan/kit/ip'
import { RunFailed, run } from '@sampan/kit/run'
import type { NetworkConfig } from './network-config.ts'

/** Runs a program and gives its output; throws `RunFailed`. Tests pass one that enters a network namespace. */
export type Host = (program: string, args: readonly string[]) => Promise<string>

export const thisHost: Host = async (program, args) => {
  const result = await run(program, args, { timeoutMs: 30_000 })
  if (result.code !== 0) throw new RunFailed(program, args, result)
  return result.stdout
}

/** What `prepareHost` found the machine able to do. */
export interface Prepared {
  /** Traffic between pods passes our table: policies hold between them, and Services keep the client's address. */
  seesBridged: boolean
}

/**
 * Everything the kernel needs besides the table: the bridge with the pods' gateway address (so that its settings exist
 * before the first pod), forwarding, and the name server's address. Doing it again changes nothing.
 */
export async function prepareHost(host: Host, config: NetworkConfig): Promise<Prepared> {
  const { bridge, podCIDR, dnsIP } = config
  await set('net/ipv4/ip_forward')
  // Connections that wait at a listener which closes go to another on the same port: one ingress pod follows another.
  await trySet('net/ipv4/tcp_migrate_req')
  // One look tells a restart that everything is there: programs are slow to start.
  const links = await linksOf(host)
  const has = (name: string, address: string) =>
    links.get(name)?.addr_info?.some(({ local, prefixlen }) => `${local}/${prefixlen}` === address) ?? false
  const gateway = `${gatewayOf(podCIDR)}/${podCIDR.split('/')[1]}`
  if (!links.has(bridge)) await host('ip', ['link', 'add', bridge, 'address', bridgeMac(podCIDR), 'type', 'bridge'])
  if (!has(bridge, gateway)) await host('ip', ['address', 'replace', gateway, 'dev', bridge])
  if (!links.get(bridge)?.flags?.includes('UP')) await host('ip', ['link', 'set', bridge, 'up'])
  await set(`net/ipv4/conf/${bridge}/route_localnet`)
  if (!has('lo', `${dnsIP}/32`)) await host('ip', ['address', 'replace', `${dnsIP}/32`, 'dev', 'lo', 'scope', 'host'])
  return { seesBridged: await seesBridged(host) }
}

/** Undoes `prepareHost` and what CNI left: the bridge with its ports, the name server's address. */
export async function restoreHost(host: Host, { bridge, dnsIP }: NetworkConfig): Promise<void> {
  const links = await linksOf(host)
  if (links.has(bridge)) await host('ip', ['link', 'delete', bridge])
  if (links.get('lo')?.addr_info?.some(({ local }) => local === dnsIP))
    await host('ip', ['address', 'delete', `${dnsIP}/32`, 'dev', 'lo'])
}

interface Link {
  ifname: string
  flags?: string[]
  addr_info?: { local?: string; prefixlen?: number }[]
}

async function linksOf(host: Host): Promise<Map<string, Link>> {
  const links = JSON.parse(await host('ip', ['-j', 'address', 'show'])) as Link[]
  return new Map(links.map((link) => [link.ifname, link]))
}

/** Bridged packets pass the IPv4 hooks only with br_netfilter, which many kernels have as a module. */
async function seesBridged(host: Host): Promise<boolean> {
  const setting = 'net/bridge/bridge-nf-call-iptables'
  if (await trySet(setting)) return true
  try {
    await host('modprobe', ['br_netfilter'])
  } catch (error) {
    if (error instanceof RunFailed || (error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  return trySet(setting)
}

/** Switches a kernel setting of this network namespace on. */
const set = (setting: string) => writeFile(`/proc/sys/${setting}`, '1')

/** The same; false where the kernel has no such setting. */
async function trySet(setting: string): Promise<boolean> {
  try {
    await set(setting)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** First address of the pods' network, as the CNI bridge plugin gives it to the bridge. */
export const gatewayOf = (podCIDR: string) => ipv4Text(networkOf(podCIDR) + 1)

const networkOf = (cidr: string) => {
  const [base = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  return Math.floor(ipv4Number(base) / size) * size
}

/** Fixed, or the bridge would take a new address with every pod and the others would lose sight of it. */
const bridgeMac = (podCIDR: string) => {
  const address = networkOf(podCIDR) + 1
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)
  return ['0a', '58', ...parts.map((part) => part.toString(16).padStart(2, '0'))].join(':')
}

/**
 * Lets the bridge's traffic through host firewalls that drop what they do not know (Docker's FORWARD, ufw's INPUT): an
 * accept in our own table does not lift a drop in another one. Returns the chains that were opened. Machines without
 * iptables have no such firewall.
 */
export async function openFirewall(host: Host, { bridge }: Pick<NetworkConfig, 'bridge'>): Promise<string[]> {
  let rules: string
  try {
    rules = await host('iptables', ['-w', '5', '-S'])
  } catch (error) {
    if (error instanceof RunFailed || (error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const opened: string[] = []
  for (const [chain, way] of wantedAccepts(rules, bridge)) {
    await host('iptables', ['-w', '5', '-I', chain, way, bridge, '-j', 'ACCEPT'])
    opened.push(`${chain} ${way}`)
  }
  return opened
}

/** The accepts that are missing, from `iptables -S`. */
export function wantedAccepts(rules: string, bridge: string): [chain: string, way: '-i' | '-o'][] {
  const lines = rules.split('\n')
  const drops = (chain: string) => lines.some((line) => new RegExp(`^-P ${chain} (DROP|REJECT)$`).test(line))
  const chain = lines.includes('-N DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD'
  const wanted: [string, '-i' | '-o'][] = []
  if (drops('FORWARD')) wanted.push([chain, '-i'], [chain, '-o'])
  if (drops('INPUT')) wanted.push(['INPUT', '-i'])
  return wanted.filter(([where, way]) => !lines.includes(`-A ${where} ${way} ${bridge} -j ACCEPT`))
}

/** Takes back what `openFirewall` added. */
export async function closeFirewall(host: Host, { bridge }: Pick<NetworkConfig, 'bridge'>): Promise<void> {
  let rules: string
  try {
    rules = await host('iptables', ['-w', '5', '-S'])
  } catch (error) {
    if (error instanceof RunFailed || (error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  for (const line of rules.split('\n')) {
    const [, chain, way] = /^-A (\S+) (-i|-o) (\S+) -j ACCEPT$/.exec(line) ?? []
    if (chain && way && line.includes(` ${bridge} `))
      await host('iptables', ['-w', '5', '-D', chain, way, bridge, '-j', 'ACCEPT'])
  }
}
