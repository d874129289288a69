import type { V1ServiceCIDR } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'

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
})
