import { readFileSync, statfsSync } from 'node:fs'
import { release } from 'node:os'
import { dirname } from 'node:path'
import { ipv4Text, isInCidr } from '@sampan/kit/ip'
import { described, listenerOn } from '@sampan/kit/listeners'
import { type Config, rangesOf, subnets } from '../config.ts'

/** What a person can do something about; shown without a stack. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
  }
}

const portFlags = {
  api: '--api-port',
  platform: '--port',
  registry: '--registry-port',
  http: '--http-port',
  https: '--https-port',
} as const
const portUses = {
  api: 'the Kubernetes API',
  platform: 'the console',
  registry: 'the image registry',
  http: 'apps (HTTP)',
  https: 'apps (HTTPS)',
} as const

/** Least free space on the disk of `home`, in bytes, to start at all; builds ask for more on their own. */
const leastFree = 2 * 2 ** 30

/** Everything that would make a start fail later, said now, all at once. Throws `UserError`. */
export function preflight(
  config: Pick<Config, 'home' | 'ports' | 'network'>,
  alreadyOurs: ReadonlySet<keyof Config['ports']>,
): void {
  const problems = [
    kernelProblem(release()),
    ...portProblems(config, alreadyOurs),
    routeProblem(config.network, readFileSync('/proc/net/route', 'latin1')),
    diskProblem(config.home),
  ]
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) throw new UserError(found.join('\n'))
}

/** Kernel 5.10 is the oldest whose nftables and overlayfs do what is needed. */
export function kernelProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 5 || (major === 5 && minor >= 10)) return undefined
  return `This machine runs kernel ${version}; Sampan needs 5.10 or newer. Upgrade the kernel (any supported Debian or Ubuntu has one).`
}

function portProblems(config: Pick<Config, 'ports'>, alreadyOurs: ReadonlySet<keyof Config['ports']>): string[] {
  return (Object.keys(config.ports) as (keyof Config['ports'])[]).flatMap((use) => {
    const holder = alreadyOurs.has(use) ? undefined : listenerOn(config.ports[use])
    if (!holder) return []
    return [
      `Port ${config.ports[use]}, for ${portUses[use]}, is taken by ${described(holder)}: stop that, or start with ${portFlags[use]} and another port.`,
    ]
  })
}

/**
 * Addresses of pods or services that this machine reaches elsewhere already: another instance, a company's network. A wider
 * route, as VPNs set, is no problem: ours is the closer one. `routes` is the text of `/proc/net/route`.
 */
export function routeProblem(
  network: Pick<Config['network'], 'bridge' | 'podCIDR' | 'serviceCIDR'>,
  routes: string,
): string | undefined {
  const others = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    // Numbers stand there with their lowest byte first: a mask that ends with FFFF has at least 16 bits.
    .filter(([device, , , , , , , mask = '']) => mask.endsWith('FFFF') && device !== network.bridge)
    .map(([device, destination = '']) => ({
      device,
      address: ipv4Text(Buffer.from(destination, 'hex').reverse().readUInt32BE()),
    }))
  const holderOf = (range: string) => others.find(({ address }) => isInCidr(address, range))
  const taken = [network.podCIDR, network.serviceCIDR].find(holderOf)
  if (!taken) return undefined
  const free = Array.from({ length: subnets }, (_, subnet) => subnet).find(
    (subnet) => !Object.values(rangesOf(subnet)).some(holderOf),
  )
  const remedy = free === undefined ? 'remove that route' : `start with --subnet ${free}`
  return `The addresses ${taken}, for pods and services, are in use on this machine by ${holderOf(taken)?.device}: ${remedy}.`
}

function diskProblem(home: string): string | undefined {
  const { bavail, bsize } = statfsSync(existingAbove(home))
  const free = bavail * bsize
  if (free >= leastFree) return undefined
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1)
  return `Only ${gib(free)} GiB are free on the disk of ${home}; Sampan needs ${gib(leastFree)} GiB to start. Free some space, or choose another place with --home.`
}

function existingAbove(path: string): string {
  try {
    statfsSync(path)
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return existingAbove(dirname(path))
  }
}
