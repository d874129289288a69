import { isIP } from 'node:net'
import type { Snapshot } from '@sampan/control/controller'
import { ingress } from '@sampan/resources/networking/ingress'
import { type DnsRecord, dnsRecord } from '@sampan/resources/sampan/dns-record'
import { appLabel, environmentLabel, projectLabel } from '../labels.ts'
import type { Place } from './observe.ts'

/** One record per host, in the environment's namespace, named like the host: two apps cannot have the same there. */
export const recordsOf = (
  hosts: readonly string[],
  address: string,
  { project, app, environment, namespace }: Place,
): DnsRecord[] =>
  hosts.map((host) => ({
    apiVersion: 'sampan.dev/v1',
    kind: 'DnsRecord',
    metadata: {
      name: host,
      namespace,
      labels: { [projectLabel]: project, [appLabel]: app, [environmentLabel]: environment },
    },
    spec: {
      name: host,
      type: isIP(address) === 4 ? 'A' : isIP(address) === 6 ? 'AAAA' : 'CNAME',
      values: [address],
      ttl: 30,
    },
  }))

/** A host that another app already has, in any project: names are not taken away from anybody. */
export function takenHost(snapshot: Snapshot, hosts: readonly string[], { app, namespace }: Place): string | undefined {
  const isOther = (one: { metadata: { namespace?: string; labels?: Record<string, string> } }) =>
    one.metadata.namespace !== namespace || one.metadata.labels?.[appLabel] !== app
  const taken = new Set([
    ...snapshot.list(dnsRecord).flatMap((one) => (isOther(one) ? [one.spec.name] : [])),
    ...snapshot
      .list(ingress)
      .flatMap((one) => (isOther(one) ? (one.spec.rules ?? []).map((rule) => rule.host ?? '') : [])),
  ])
  return hosts.find((host) => taken.has(host))
}

/** What the name server does not yet answer as it should, in words. */
export async function nameProblem(
  hosts: readonly string[],
  address: string,
  { lookUp }: { lookUp(name: string, type: 'A' | 'CNAME'): Promise<string[]> },
): Promise<string | undefined> {
  const isAddress = isIP(address) !== 0
  for (const host of hosts) {
    const answers = await lookUp(host, isAddress ? 'A' : 'CNAME')
    if (!answers.includes(address)) {
      return answers.length === 0
        ? `The name server does not answer ${host} yet`
        : `The name server answers ${answers.join(', ')} for ${host} instead of ${address}`
    }
  }
  return undefined
}
