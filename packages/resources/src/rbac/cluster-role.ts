import type { V1ClusterRole } from '@kubernetes/client-node'
import { createdAt } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { clusterRoleProblems } from './role-validation.ts'

export type ClusterRole = BuiltIn<V1ClusterRole>

export const clusterRole = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  columns: [createdAt],
  validate: (one) => [...clusterRoleProblems(one)],
})
