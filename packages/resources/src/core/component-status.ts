import type { V1ComponentStatus } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ComponentStatus = BuiltIn<V1ComponentStatus>

export const componentStatus = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  verbs: ['get', 'list'],
  hasStatus: false,
  hasGeneration: false,
  columns: [
    { name: 'Status', value: (one) => (healthOf(one)?.status === 'True' ? 'Healthy' : 'Unhealthy') },
    { name: 'Message', value: (one) => healthOf(one)?.message },
    { name: 'Error', value: (one) => healthOf(one)?.error },
  ],
})

const healthOf = (one: ComponentStatus) => one.conditions?.find(({ type }) => type === 'Healthy')
