import type { V1DaemonSet } from '@kubernetes/client-node'
import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { defineResource } from '../define.ts'
import { child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { daemonSetColumns } from './workload-columns.ts'
import { daemonSetProblems } from './workload-validation.ts'

export type DaemonSet = BuiltIn<V1DaemonSet>

export const daemonSet = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    const spec = child(one, 'spec')
    fill(spec, { revisionHistoryLimit: 10 })
    const strategy = child(spec, 'updateStrategy')
    fillPlain(strategy, { type: 'RollingUpdate' })
    if (strategy.type === 'RollingUpdate') fill(child(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
    defaultPodTemplate(spec.template)
  },
  columns: daemonSetColumns,
  validate: (one, old) => [...daemonSetProblems(one, old)],
})
