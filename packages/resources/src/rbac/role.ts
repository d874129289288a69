import type { V1Role } from '@kubernetes/client-node'
import { createdAt } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { roleProblems } from './role-validation.ts'

export type Role = BuiltIn<V1Role>

export const role = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  columns: [createdAt],
  validate: (one) => [...roleProblems(one)],
})
