import type { V1EndpointSlice } from '@kubernetes/client-node'
import { age, firstFew } from '../columns.ts'
import { defineResource } from '../define.ts'
import { each, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { sliceProblems } from './slice-validation.ts'

export type EndpointSlice = BuiltIn<V1EndpointSlice>

export const endpointSlice = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    one.endpoints ??= []
    for (const port of each(one.ports)) fill(port, { name: '', protocol: 'TCP' })
  },
  columns: [
    { name: 'AddressType', value: (one) => one.addressType },
    { name: 'Ports', value: (one) => firstFew((one.ports ?? []).map(({ port }) => String(port ?? '*'))) || '<unset>' },
    {
      name: 'Endpoints',
      value: (one) => firstFew((one.endpoints ?? []).flatMap(({ addresses }) => addresses)) || '<unset>',
    },
    age,
  ],
  validate: (one, old) => [...sliceProblems(one, old)],
})
