import type { V1NetworkPolicy } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
