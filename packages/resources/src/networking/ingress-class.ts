import type { V1IngressClass } from '@kubernetes/client-node'
import { immutable, needed } from '../check.ts'
import { age } from '../columns.ts'
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
  columns: [
    { name: 'Controller', value: (one) => one.spec?.controller },
    {
      name: 'Parameters',
      value: ({ spec }) => {
        const parameters = spec?.parameters
        if (!parameters) return '<none>'
        return `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}`
      },
    },
    age,
  ],
  validate: (one, old) => [
    ...needed('spec.controller', one.spec?.controller),
    ...(old ? immutable('spec.controller', one.spec?.controller, old.spec?.controller) : []),
  ],
})
