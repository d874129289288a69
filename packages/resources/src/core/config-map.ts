import type { V1ConfigMap } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { configMapProblems } from './data-validation.ts'

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
  columns: [
    {
      name: 'Data',
      value: (one) => Object.keys(one.data ?? {}).length + Object.keys(one.binaryData ?? {}).length,
    },
    age,
  ],
  validate: (one, old) => [...configMapProblems(one, old)],
})
