import type { V1ClusterRoleBinding } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { bindingColumns } from './binding-columns.ts'
import { defaultBinding } from './binding-defaults.ts'
import { bindingProblems } from './role-validation.ts'

export type ClusterRoleBinding = BuiltIn<V1ClusterRoleBinding>

const problemsOf = bindingProblems(['ClusterRole'])

export const clusterRoleBinding = defineResource<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  defaults: defaultBinding,
  columns: bindingColumns,
  validate: (one, old) => [...problemsOf(one, old)],
})
