import type { V1DaemonSet } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type DaemonSet = BuiltIn<V1DaemonSet>

export const daemonSet = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
})
