import type { V1IngressClass } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'

export type IngressClass = BuiltIn<V1IngressClass>

export const ingressClass = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    if (one.spec?.parameters) fill(one.spec.parameters, { scope: 'Cluster' })
  },
})
