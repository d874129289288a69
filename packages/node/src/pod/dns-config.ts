import type { Pod } from '@sampan/resources/core/pod'

export interface ResolvConf {
  servers: string[]
  searches: string[]
  options: string[]
}

export function parseResolvConf(text: string): ResolvConf {
  const result: ResolvConf = { servers: [], searches: [], options: [] }
  for (const line of text.split('\n')) {
    const [word, ...rest] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    if (word === 'nameserver' && rest[0]) result.servers.push(rest[0])
    else if (word === 'search' || word === 'domain') result.searches = rest
    else if (word === 'options') result.options = rest
  }
  return result
}

export interface DnsSettings {
  dnsIP: string
  clusterDomain: string
  /** The host's own. */
  host: ResolvConf
}

/** resolv.conf's own limits. */
const most = { servers: 3, searches: 32 }

/** What goes into a pod's resolv.conf. */
export function dnsConfig(pod: Pod, { dnsIP, clusterDomain, host }: DnsSettings): ResolvConf {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig: own } = pod.spec
  const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  const base: ResolvConf = isCluster
    ? {
        servers: [dnsIP],
        searches: [
          `${pod.metadata.namespace}.svc.${clusterDomain}`,
          `svc.${clusterDomain}`,
          clusterDomain,
          ...host.searches,
        ],
        options: ['ndots:5'],
      }
    : dnsPolicy === 'None'
      ? { servers: [], searches: [], options: [] }
      : host
  const ownOptions = (own?.options ?? []).map(({ name, value }) => (value === undefined ? name! : `${name}:${value}`))
  const nameOf = (option: string) => option.split(':')[0]
  return {
    servers: unique([...base.servers, ...(own?.nameservers ?? [])]).slice(0, most.servers),
    searches: unique([...base.searches, ...(own?.searches ?? [])]).slice(0, most.searches),
    options: [
      ...base.options.filter((option) => !ownOptions.some((other) => nameOf(other) === nameOf(option))),
      ...ownOptions,
    ],
  }
}

const unique = (texts: readonly string[]) => [...new Set(texts)]
