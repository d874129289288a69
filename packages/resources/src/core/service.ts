import type { V1Service } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { serviceColumns } from './service-columns.ts'
import { defaultService } from './service-defaults.ts'
import { serviceProblems } from './service-validation.ts'

export type Service = BuiltIn<V1Service>

export const service = defineResource<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: false,
  createsOnUpdate: true,
  answersDeleted: true,
  fields: {
    'spec.clusterIP': (one) => one.spec.clusterIP ?? '',
    'spec.type': (one) => one.spec.type ?? '',
  },
  defaults: defaultService,
  columns: serviceColumns,
  validate: (one, old) => [...serviceProblems(one, old)],
})
