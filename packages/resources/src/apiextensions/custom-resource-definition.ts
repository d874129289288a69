import type { V1CustomResourceDefinition } from '@kubernetes/client-node'
import { createdAt } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fill, fillPlain } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { crdProblems } from './crd-validation.ts'

export type CustomResourceDefinition = BuiltIn<V1CustomResourceDefinition>

export const customResourceDefinition = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: true,
  defaults: (one) => {
    const spec = child(one, 'spec')
    const names = child(spec, 'names')
    if (names.kind) fillPlain(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` })
    const conversion = child(spec, 'conversion')
    fillPlain(conversion, { strategy: 'None' })
    if (conversion.webhook?.clientConfig?.service) fill(conversion.webhook.clientConfig.service, { port: 443 })
  },
  columns: [createdAt],
  validate: (one, old, subresource) => [...crdProblems(one, old, subresource)],
})
