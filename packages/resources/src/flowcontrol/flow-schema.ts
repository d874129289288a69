import type { V1FlowSchema } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { flowSchemaProblems } from './flow-validation.ts'

export type FlowSchema = BuiltIn<V1FlowSchema>

export const flowSchema = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    child(one, 'spec')
    fillPlain(one.spec, { matchingPrecedence: 1000 })
  },
  columns: [
    { name: 'PriorityLevel', value: (one) => one.spec?.priorityLevelConfiguration?.name },
    { name: 'MatchingPrecedence', value: (one) => one.spec?.matchingPrecedence },
    { name: 'DistinguisherMethod', value: (one) => one.spec?.distinguisherMethod?.type ?? '<none>' },
    age,
    {
      name: 'MissingPL',
      value: (one) => one.status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
  validate: (one) => [...flowSchemaProblems(one)],
})
