import type { V1IPAddress } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type IpAddress = BuiltIn<V1IPAddress>

export const ipAddress = defineResource<IpAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
})
