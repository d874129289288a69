import type { V1ResourceQuota } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { canonicalise, child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { quotaProblems } from './quota-validation.ts'

export type ResourceQuota = BuiltIn<V1ResourceQuota>

export const resourceQuota = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => {
    child(one, 'spec')
    canonicalise(one.spec.hard)
    canonicalise(one.status?.hard)
    canonicalise(one.status?.used)
  },
  columns: [
    { name: 'Request', value: (one) => usageText(one, (name) => !name.startsWith('limits.')) },
    { name: 'Limit', value: (one) => usageText(one, (name) => name.startsWith('limits.')) },
    age,
  ],
  validate: (one, old) => [...quotaProblems(one, old)],
})

/** `cpu: 1/2, pods: 3/10`. */
const usageText = ({ status }: ResourceQuota, wanted: (name: string) => boolean) =>
  Object.keys(status?.hard ?? {})
    .filter(wanted)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ')
