import type { V1Lease } from '@kubernetes/client-node'
import { notNegative } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { invalidValue } from '../problem.ts'

export type Lease = BuiltIn<V1Lease>

export const lease = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  columns: [{ name: 'Holder', value: (one) => one.spec?.holderIdentity }, age],
  defaults: ensureSpec,
  validate: ({ spec }) => [
    spec?.leaseDurationSeconds !== undefined &&
      spec.leaseDurationSeconds <= 0 &&
      invalidValue('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0'),
    ...notNegative('spec.leaseTransitions', spec?.leaseTransitions),
  ],
})
