import type { Ingress } from '@sampan/resources/networking/ingress'
import type { Wishes } from './route-options.ts'

/** Host → the Ingress that named it first. */
export type HostOwners = ReadonlyMap<string, Ingress>

/**
 * A host belongs to the namespace of the oldest Ingress that names it: nobody else may add paths or a certificate to
 * another tenant's name. `ours` is in the order of age.
 */
export function hostOwners(ours: readonly { ingress: Ingress; wishes: Wishes }[]): HostOwners {
  const owners = new Map<string, Ingress>()
  for (const { ingress, wishes } of ours)
    for (const host of [...hostsOf(ingress), ...wishes.aliases]) if (!owners.has(host)) owners.set(host, ingress)
  return owners
}

/** The hosts of the rules, `_` for a rule without one. */
const hostsOf = ({ spec }: Ingress) => (spec.rules ?? []).map(({ host }) => host?.toLowerCase() || '_')

/** Why `ingress` may not use `host`, in words for its user; undefined when it may. */
export function foreignHost(owners: HostOwners, host: string, ingress: Ingress): string | undefined {
  const owner = owners.get(host)
  if (!owner || owner.metadata.namespace === ingress.metadata.namespace) return undefined
  const name = host === '_' ? 'rules without a host' : `host ${host}`
  // Whose it is stays unsaid: names of other tenants are not for everybody.
  return `${name} cannot be used here: an older Ingress of another namespace has it`
}
