import type { V1Binding } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

/** Created only, mostly as `pods/<name>/binding`: says which node runs a pod. */
export type Binding = BuiltIn<V1Binding>

export const binding = defineResource<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  verbs: ['create'],
  hasStatus: false,
  hasGeneration: false,
})
