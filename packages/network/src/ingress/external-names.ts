import { Resolver } from 'node:dns/promises'
import type { Clock } from '@sampan/kit/clock'
import { isInCidr } from '@sampan/kit/ip'

/** Addresses of names outside the cluster, for Services of type ExternalName behind an Ingress. */
export interface ExternalNames {
  /** What is known now; asking for a name begins to look it up and keeps it fresh while it is asked for. */
  addressesOf(name: string): readonly string[]
  close(): void
}

export interface ExternalNamesOptions {
  /** `address` or `address:port` of the name server: the cluster's own, so that names of Services work too. */
  server: string
  clock: Clock
  /** Told when the addresses of a name are others than before. */
  changed: (name: string) => void
}

const freshMs = 10_000
const unusedMs = 300_000

/** Nobody may reach the node's own loopback, or what cloud machines keep at link-local addresses, through the ingress. */
export const unreachable: readonly string[] = [
  '127.0.0.0/8',
  '169.254.0.0/16',
  '0.0.0.0/8',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

export function externalNames({ server, clock, changed }: ExternalNamesOptions): ExternalNames {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([server])
  const known = new Map<string, { addresses: readonly string[]; askedAt: number; cancel: () => void }>()

  async function look(name: string): Promise<void> {
    const one = known.get(name)
    if (!one) return
    // A name server that does not answer is no reason to forget what it said before.
    const found = await resolver.resolve4(name).catch(() => undefined)
    if (known.get(name) !== one) return
    const addresses = found && publicOf(found)
    if (addresses && addresses.join() !== one.addresses.join()) {
      one.addresses = addresses
      changed(name)
    }
    const idle = clock.now().getTime() - one.askedAt
    if (idle > unusedMs + freshMs) known.delete(name)
    else {
      if (idle > unusedMs) changed(name) // whoever still wants it asks again now
      one.cancel = clock.after(freshMs, () => void look(name))
    }
  }

  return {
    addressesOf(name) {
      const now = clock.now().getTime()
      const one = known.get(name)
      if (one) {
        one.askedAt = now
        return one.addresses
      }
      known.set(name, { addresses: [], askedAt: now, cancel: () => undefined })
      void look(name)
      return []
    },
    close() {
      for (const { cancel } of known.values()) cancel()
      known.clear()
      resolver.cancel()
    },
  }
}

/** Sorted; without those nobody may reach. */
export const publicOf = (addresses: readonly string[]) =>
  addresses.filter((ip) => !unreachable.some((range) => isInCidr(ip, range))).toSorted()
