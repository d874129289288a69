import type { V1FlowSchema } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { child, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'

export type FlowSchema = BuiltIn<V1FlowSchema>

export const flowSchema = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    child(one, 'spec')
    fillPlain(one.spec, { matchingPrecedence: 1000 })
  },
})
