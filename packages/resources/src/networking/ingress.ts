import type { V1Ingress } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { ingressColumns } from './ingress-columns.ts'
import { ingressProblems } from './ingress-validation.ts'

export type Ingress = BuiltIn<V1Ingress>

export const ingress = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  columns: ingressColumns,
  defaults: ensureSpec,
  validate: (one, old) => [...ingressProblems(one, old)],
})
