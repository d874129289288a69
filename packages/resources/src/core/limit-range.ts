import type { V1LimitRange } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type LimitRange = BuiltIn<V1LimitRange>

export const limitRange = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
})
