import type { V1StatefulSet } from '@kubernetes/client-node'
import { defaultClaimSpec } from '../core/persistent-volume-claim-defaults.ts'
import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { defineResource } from '../define.ts'
import { child, each, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { statefulSetColumns } from './workload-columns.ts'
import { statefulSetProblems } from './workload-validation.ts'

export type StatefulSet = BuiltIn<V1StatefulSet>

export const statefulSet = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
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
    fill(spec, { replicas: 1, revisionHistoryLimit: 10 })
    fillPlain(spec, { podManagementPolicy: 'OrderedReady' })
    const strategy = child(spec, 'updateStrategy')
    fillPlain(strategy, { type: 'RollingUpdate' })
    if (strategy.type === 'RollingUpdate') fill(child(strategy, 'rollingUpdate'), { partition: 0 })
    fillPlain(child(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' })
    for (const claim of each(spec.volumeClaimTemplates)) {
      fillPlain(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
      if (claim.spec) defaultClaimSpec(claim.spec)
      fillPlain(child(claim, 'status'), { phase: 'Pending' })
    }
    defaultPodTemplate(spec.template)
  },
  columns: statefulSetColumns,
  validate: (one, old) => [...statefulSetProblems(one, old)],
})
