import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Client } from '@sampan/client/client'
import { configMap } from '@sampan/resources/core/config-map'
import { type PlatformConfig, systemNamespace } from '../config.ts'
import { Unreachable } from './git-remote.ts'

/** An address the platform must not be made to call. The message says who may allow it, and how. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AddressRefused'
  }
}

export interface AddressRules {
  /**
   * Where `url` really leads, when the platform may go there: its address, to be used as it is, so that the name cannot
   * mean something else a moment later. Throws `AddressRefused`, and `Unreachable` for a name nobody knows.
   */
  check(url: URL): Promise<{ address: string; family: 4 | 6 }>
}

export interface AddressRulesOptions {
  config: Pick<PlatformConfig, 'nodeIP' | 'network'>
  /** Origins (`http://10.0.0.5:3000`) an administrator has allowed. */
  allowed(): Promise<readonly string[]>
  /** Addresses of this machine. */
  own?: () => readonly string[]
}

/**
 * Tenants state addresses that the platform calls with its own place in the network. Allowed: everything outside, private
 * networks included, because that is where companies keep their code. Refused unless an administrator allowed the origin:
 * this machine itself, its link (where clouds serve credentials), and the networks of pods and services.
 */
export function addressRules({ config, allowed, own = ownAddresses }: AddressRulesOptions): AddressRules {
  return {
    async check(url) {
      const name = url.hostname.replace(/^\[|\]$/g, '')
      const found = isIP(name) ? [{ address: name, family: isIP(name) }] : await addressesOf(name)
      const first = found[0]
      if (!first) throw new Error(`${name} has no address`)
      const ways = blocked(config, own())
      const inside = found.find(({ address, family }) => ways.check(address, family === 6 ? 'ipv6' : 'ipv4'))
      if (inside && !(await allowed()).includes(originOf(url))) {
        throw new AddressRefused(
          `${originOf(url)} is ${name === inside.address ? 'inside' : `${inside.address}, inside`} this installation (the machine itself, its link, or the network of its pods and services). An administrator can allow it: sampan sources allow ${originOf(url)}`,
        )
      }
      return { address: first.address, family: first.family === 6 ? 6 : 4 }
    },
  }
}

async function addressesOf(name: string) {
  try {
    return await lookup(name, { all: true, verbatim: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTFOUND') throw new Unreachable(`There is no host "${name}": correct the address.`)
    if (code === 'EAI_AGAIN')
      throw new Unreachable(`The name server did not answer for "${name}": correct the address, or try again shortly.`)
    throw error
  }
}

/** Scheme, host and port, also of `svn://`, which URL itself gives no origin. */
export const originOf = (url: URL): string => (url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin)

function blocked({ nodeIP, network }: AddressRulesOptions['config'], own: readonly string[]): BlockList {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addSubnet('0.0.0.0', 8, 'ipv4')
  list.addSubnet('169.254.0.0', 16, 'ipv4')
  list.addSubnet('224.0.0.0', 3, 'ipv4')
  list.addAddress('100.100.100.200', 'ipv4') // where Alibaba Cloud serves credentials
  list.addAddress('::', 'ipv6')
  list.addAddress('::1', 'ipv6')
  list.addSubnet('fe80::', 10, 'ipv6')
  list.addSubnet('ff00::', 8, 'ipv6')
  list.addSubnet('64:ff9b::', 96, 'ipv6')
  list.addAddress('fd00:ec2::254', 'ipv6')
  for (const cidr of [network.podCIDR, network.serviceCIDR]) {
    const [base = '', bits = ''] = cidr.split('/')
    if (isIP(base)) list.addSubnet(base, Number(bits), isIP(base) === 6 ? 'ipv6' : 'ipv4')
  }
  for (const address of [nodeIP, ...own])
    if (isIP(address)) list.addAddress(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return list
}

const ownAddresses = () =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address.split('%')[0]!))

const at = { namespace: systemNamespace, name: 'sampan-sources' }

/** Origins inside the installation that administrators allowed; only they may write the object. */
export async function allowedOrigins(client: Client): Promise<string[]> {
  const found = await client.find(configMap, at)
  return (found?.data?.allowed ?? '').split('\n').filter(Boolean)
}

/** Acts as `api`: whoever may not write there cannot allow anything. */
export async function writeAllowedOrigins(api: Client, origins: readonly string[]): Promise<void> {
  const data = { allowed: [...new Set(origins)].toSorted().join('\n') }
  await api.apply(configMap, { metadata: at, data }, { fieldManager: 'sampan-sources', force: true })
}
