import type { V1Deployment } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
