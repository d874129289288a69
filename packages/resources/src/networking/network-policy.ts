import type { V1NetworkPolicy } from '@kubernetes/client-node'
import { age, selectorCell } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, each, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { networkPolicyProblems } from './policy-validation.ts'

export type NetworkPolicy = BuiltIn<V1NetworkPolicy>

export const networkPolicy = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    child(one, 'spec')
    const { spec } = one
    child(spec, 'podSelector')
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
    for (const rule of [...each(spec.ingress), ...each(spec.egress)])
      for (const port of each(rule.ports)) fill(port, { protocol: 'TCP' })
  },
  columns: [{ name: 'Pod-Selector', value: (one) => selectorCell(one.spec?.podSelector) }, age],
  validate: (one) => [...networkPolicyProblems(one)],
})
