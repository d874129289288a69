import type { V1ServiceAccount } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ServiceAccount = BuiltIn<V1ServiceAccount>

export const serviceAccount = defineResource<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  columns: [age],
})
