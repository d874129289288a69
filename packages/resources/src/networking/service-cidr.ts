import type { V1ServiceCIDR } from '@kubernetes/client-node'
import { isCidr } from '@sampan/kit/ip'
import { immutable } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { invalidValue, required } from '../problem.ts'

export type ServiceCidr = BuiltIn<V1ServiceCIDR>

export const serviceCidr = defineResource<ServiceCidr>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  columns: [{ name: 'CIDRs', value: (one) => one.spec.cidrs?.join(',') }, age],
  defaults: ensureSpec,
  validate: (one, old) => [
    !one.spec.cidrs?.length && required('spec.cidrs', 'at least one CIDR required'),
    ...(one.spec.cidrs ?? []).map(
      (cidr, index) =>
        !isCidr(cidr) &&
        invalidValue(`spec.cidrs[${index}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
    ),
    ...(old ? immutable('spec.cidrs', one.spec.cidrs, old.spec.cidrs) : []),
  ],
})
