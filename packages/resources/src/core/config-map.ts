import type { V1ConfigMap } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ConfigMap = BuiltIn<V1ConfigMap>

export const configMap = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
})
