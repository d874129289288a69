import type { V1DeviceClass } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { deviceClassProblems } from './device-validation.ts'

export type DeviceClass = BuiltIn<V1DeviceClass>

export const deviceClass = defineResource<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  answersDeleted: true,
  columns: [age],
  defaults: ensureSpec,
  validate: (one) => [...deviceClassProblems(one)],
})
