import type { V1APIService } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { conditionOf } from '../conditions.ts'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { apiServiceProblems } from './api-service-validation.ts'

export type ApiService = BuiltIn<V1APIService>

export const apiService = defineResource<ApiService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  defaults: (one) => {
    if (one.spec?.service) fill(one.spec.service, { port: 443 })
  },
  columns: [
    {
      name: 'Service',
      value: ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local'),
    },
    {
      name: 'Available',
      value: (one) => {
        const available = conditionOf(one, 'Available')
        if (!available) return 'Unknown'
        return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`
      },
    },
    age,
  ],
  validate: (one) => [...apiServiceProblems(one)],
})
