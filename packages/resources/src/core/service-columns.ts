import { age, labelsText } from '../columns.ts'
import type { Column } from '../define.ts'
import type { Service } from './service.ts'

/** Addresses of a load balancer, cut short unless wide. */
export function loadBalancerText(
  status: { ingress?: { ip?: string; hostname?: string }[] } | undefined,
  isWide = false,
): string {
  const addresses = (status?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((one) => one !== '')
  const text = [...new Set(addresses)].sort().join(',')
  return text.length > 16 && !isWide ? `${text.slice(0, 13)}...` : text
}

function externalText({ spec, status }: Service): string {
  const own = spec.externalIPs ?? []
  switch (spec.type) {
    case 'LoadBalancer': {
      const balanced = loadBalancerText(status?.loadBalancer)
      if (own.length > 0) return [...(balanced ? balanced.split(',') : []), ...own].join(',')
      return balanced || '<pending>'
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return own.join(',') || '<none>'
  }
}

const portsText = (ports: Service['spec']['ports'] = []) =>
  ports.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',') ||
  '<none>'

export const serviceColumns: readonly Column<Service>[] = [
  { name: 'Type', value: (one) => one.spec.type },
  { name: 'Cluster-IP', value: (one) => one.spec.clusterIPs?.[0] || one.spec.clusterIP || '<none>' },
  { name: 'External-IP', value: externalText },
  { name: 'Port(s)', value: (one) => portsText(one.spec.ports) },
  age,
  { name: 'Selector', wide: true, value: (one) => labelsText(one.spec.selector) },
]
