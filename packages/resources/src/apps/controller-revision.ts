import type { V1ControllerRevision } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type ControllerRevision = BuiltIn<V1ControllerRevision>

export const controllerRevision = defineResource<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
})
