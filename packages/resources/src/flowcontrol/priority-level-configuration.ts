import type { V1PriorityLevelConfiguration } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { priorityLevelProblems } from './flow-validation.ts'

export type PriorityLevelConfiguration = BuiltIn<V1PriorityLevelConfiguration>

export const priorityLevelConfiguration = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    const spec = child(one, 'spec')
    if (spec?.type === 'Exempt') fill(child(spec, 'exempt'), { nominalConcurrencyShares: 0, lendablePercent: 0 })
    if (!spec?.limited) return
    fill(spec.limited, { nominalConcurrencyShares: 30, lendablePercent: 0 })
    const response = spec.limited.limitResponse
    if (response?.type === 'Queue')
      fillPlain(child(response, 'queuing'), { queues: 64, handSize: 8, queueLengthLimit: 50 })
  },
  columns: [
    { name: 'Type', value: (one) => one.spec?.type },
    {
      name: 'NominalConcurrencyShares',
      value: ({ spec }) => numberText((spec?.limited ?? spec?.exempt)?.nominalConcurrencyShares),
    },
    { name: 'Queues', value: (one) => numberText(one.spec?.limited?.limitResponse?.queuing?.queues) },
    { name: 'HandSize', value: (one) => numberText(one.spec?.limited?.limitResponse?.queuing?.handSize) },
    {
      name: 'QueueLengthLimit',
      value: (one) => numberText(one.spec?.limited?.limitResponse?.queuing?.queueLengthLimit),
    },
    age,
  ],
  validate: (one) => [...priorityLevelProblems(one)],
})

const numberText = (value: number | undefined) => String(value ?? '<none>')
