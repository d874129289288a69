import type { V1StatefulSet } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
