import type { V1Secret } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { base64FromText } from './base64.ts'
import { secretProblems } from './data-validation.ts'

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
  defaults: (one) => {
    fillPlain(one, { type: 'Opaque' })
    // `stringData` is for writing only: it becomes `data` and is never read back.
    if (one.stringData) {
      one.data ??= {}
      for (const [key, text] of Object.entries(one.stringData)) one.data[key] = base64FromText(String(text))
    }
    delete one.stringData
  },
  columns: [
    { name: 'Type', value: (one) => one.type },
    { name: 'Data', value: (one) => Object.keys(one.data ?? {}).length },
    age,
  ],
  validate: (one, old) => [...secretProblems(one, old)],
})
