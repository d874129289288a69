import type { V1LimitRange } from '@kubernetes/client-node'
import { createdAt } from '../columns.ts'
import { defineResource } from '../define.ts'
import { canonicalise, each } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { limitRangeProblems } from './quota-validation.ts'

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
  defaults: (one) => {
    for (const item of each(one.spec?.limits)) {
      if (item.type === 'Container') {
        item.default = { ...item.max, ...item.default }
        item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
      }
      for (const list of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio])
        canonicalise(list)
    }
  },
  columns: [createdAt],
  validate: (one) => [...limitRangeProblems(one)],
})
