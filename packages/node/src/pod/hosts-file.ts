import type { Pod } from '@sampan/resources/core/pod'

const longestHostname = 63

/** The pod's own name as `hostname` shows it, and its full name in the cluster when it has a subdomain. */
export function hostnames({ metadata, spec }: Pod, clusterDomain: string): { hostname: string; fqdn?: string } {
  const own = spec.hostnameOverride ?? spec.hostname ?? metadata.name
  const hostname = own.slice(0, longestHostname).replace(/[-.]+$/, '')
  if (spec.hostnameOverride || !spec.subdomain) return { hostname }
  const fqdn = `${hostname}.${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}`
  return { hostname: spec.setHostnameAsFQDN ? fqdn : hostname, fqdn }
}

/** The text of a pod's /etc/hosts. `hostFile` is the host's own, for pods on its network. */
export function hostsFile(pod: Pod, ips: readonly string[], clusterDomain: string, hostFile: string): string {
  // Both names, also where the pod calls itself by the full one.
  const { hostname, fqdn } = hostnames({ ...pod, spec: { ...pod.spec, setHostnameAsFQDN: false } }, clusterDomain)
  const names = fqdn ? `${fqdn}\t${hostname}` : hostname
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames: list = [] }) => `${ip}\t${list.join('\t')}\n`)
  const body = pod.spec.hostNetwork
    ? `# Kubernetes-managed hosts file (host network).\n${hostFile}`
    : [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        ...ips.map((ip) => `${ip}\t${names}`),
        '',
      ].join('\n')
  return aliases.length > 0 ? `${body}\n# Entries added by HostAliases.\n${aliases.join('')}` : body
}
