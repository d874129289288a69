import type { V1Deployment } from '@kubernetes/client-node'
import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { defineResource } from '../define.ts'
import { child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { deploymentColumns } from './workload-columns.ts'
import { deploymentProblems } from './workload-validation.ts'

export type Deployment = BuiltIn<V1Deployment>

export const deployment = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  scale: {
    replicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: (one) => one.spec.selector,
  },
  defaults: (one) => {
    const spec = child(one, 'spec')
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    const strategy = child(spec, 'strategy')
    fillPlain(strategy, { type: 'RollingUpdate' })
    if (strategy.type === 'RollingUpdate')
      fill(child(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
    defaultPodTemplate(spec.template)
  },
  columns: deploymentColumns,
  validate: (one, old) => [...deploymentProblems(one, old)],
})
