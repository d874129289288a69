import type { V1RuntimeClass } from '@kubernetes/client-node'
import { dnsLabelProblems } from '@sampan/kit/names'
import { immutable, named } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type RuntimeClass = BuiltIn<V1RuntimeClass>

export const runtimeClass = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  columns: [{ name: 'Handler', value: (one) => one.handler }, age],
  validate: (one, old) => [
    ...named('handler', one.handler, dnsLabelProblems),
    ...(old ? immutable('handler', one.handler, old.handler) : []),
  ],
})
