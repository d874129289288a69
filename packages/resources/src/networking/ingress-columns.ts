import { age, firstFew } from '../columns.ts'
import { loadBalancerText } from '../core/service-columns.ts'
import type { Column } from '../define.ts'
import type { Ingress } from './ingress.ts'

const hostsText = (one: Ingress) =>
  firstFew((one.spec.rules ?? []).map(({ host }) => host ?? '').filter((host) => host !== '')) || '*'

export const ingressColumns: readonly Column<Ingress>[] = [
  { name: 'Class', value: (one) => one.spec.ingressClassName ?? '<none>' },
  { name: 'Hosts', value: hostsText },
  { name: 'Address', value: (one) => loadBalancerText(one.status?.loadBalancer) },
  { name: 'Ports', value: (one) => (one.spec.tls?.length ? '80, 443' : '80') },
  age,
]
