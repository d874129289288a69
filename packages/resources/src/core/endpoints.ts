import type { V1Endpoints } from '@kubernetes/client-node'
import { age, firstFew } from '../columns.ts'
import { defineResource } from '../define.ts'
import { each, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { endpointsProblems } from './endpoints-validation.ts'

export type Endpoints = BuiltIn<V1Endpoints>

export const endpoints = defineResource<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  defaults: (one) => {
    for (const subset of each(one.subsets)) for (const port of each(subset.ports)) fillPlain(port, { protocol: 'TCP' })
  },
  columns: [
    {
      name: 'Endpoints',
      value: (one) =>
        firstFew(
          (one.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
            ports.length === 0
              ? addresses.map(({ ip }) => ip)
              : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
          ),
        ) || '<none>',
    },
    age,
  ],
  validate: (one) => [...endpointsProblems(one)],
})
