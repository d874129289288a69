import type { V1VolumeAttachment } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

export type VolumeAttachment = BuiltIn<V1VolumeAttachment>

export const volumeAttachment = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  answersDeleted: true,
})
