import type { V1Secret } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type Secret = BuiltIn<V1Secret>

export const secret = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  fields: { type: (one) => one.type ?? '' },
})
