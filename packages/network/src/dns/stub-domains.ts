import { isIP } from '@sampan/kit/ip'
import type { ConfigMap } from '@sampan/resources/core/config-map'
import type { Upstream } from './forward.ts'

/** What ConfigMap `kube-system/kube-dns` says of names that are not the cluster's. */
export interface StubDomains {
  /** Domain, lower-case → who is asked for it and everything below. */
  stubs: ReadonlyMap<string, readonly Upstream[]>
  /** Asked in place of the host's resolvers; empty: the host's are. */
  upstreams: readonly Upstream[]
  /** What could not be understood, in words for the log. */
  problems: readonly string[]
}

const nothing: StubDomains = { stubs: new Map(), upstreams: [], problems: [] }

/** Reads `stubDomains` ({"acme.local": ["10.0.0.1:5353"]}) and `upstreamNameservers` (["10.0.0.2"]), as kube-dns has them. */
export function stubDomainsFrom(config: ConfigMap | undefined): StubDomains {
  const { data } = config ?? {}
  if (!data?.stubDomains && !data?.upstreamNameservers) return nothing
  const problems: string[] = []
  const parsed = (member: string): unknown => {
    try {
      return JSON.parse(data[member] || 'null')
    } catch {
      problems.push(`${member} is no JSON`)
      return null
    }
  }
  const servers = (member: string, list: unknown): Upstream[] => {
    const all = Array.isArray(list) ? list : []
    if (list !== null && !Array.isArray(list)) problems.push(`${member} must be a list of addresses`)
    return all.flatMap((text) => {
      const [, address = '', port = '53'] = /^([^:]+|[0-9a-f:]+:[0-9a-f:]*)(?::(\d{1,5}))?$/i.exec(String(text)) ?? []
      if (isIP(address) && Number(port) > 0 && Number(port) < 65_536) return [{ address, port: Number(port) }]
      problems.push(`${member}: ${JSON.stringify(text)} is no address`)
      return []
    })
  }
  const stubs = new Map<string, readonly Upstream[]>()
  const given = parsed('stubDomains')
  if (given !== null && (typeof given !== 'object' || Array.isArray(given)))
    problems.push('stubDomains must be an object: {"domain": ["address"]}')
  else
    for (const [domain, list] of Object.entries(given ?? {})) {
      const found = servers(`stubDomains ${domain}`, list)
      if (found.length > 0) stubs.set(domain.toLowerCase().replace(/\.$/, ''), found)
    }
  const upstreams = servers('upstreamNameservers', parsed('upstreamNameservers'))
  return { stubs, upstreams, problems }
}

/** Who is asked for `name`: the longest domain it lies in decides. */
export function upstreamsFor(
  name: string,
  { stubs, upstreams }: StubDomains,
  host: () => readonly Upstream[],
): readonly Upstream[] {
  const labels = name.split('.')
  for (let i = 0; stubs.size > 0 && i < labels.length; i++) {
    const found = stubs.get(labels.slice(i).join('.'))
    if (found) return found
  }
  return upstreams.length > 0 ? upstreams : host()
}
