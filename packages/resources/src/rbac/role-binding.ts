import type { V1RoleBinding } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { bindingColumns } from './binding-columns.ts'
import { defaultBinding } from './binding-defaults.ts'
import { bindingProblems } from './role-validation.ts'

export type RoleBinding = BuiltIn<V1RoleBinding>

const problemsOf = bindingProblems(['Role', 'ClusterRole'])

export const roleBinding = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  defaults: defaultBinding,
  columns: bindingColumns,
  validate: (one, old) => [...problemsOf(one, old)],
})
