import type { V1VolumeAttachment } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { attachmentProblems } from './csi-validation.ts'

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
  columns: [
    { name: 'Attacher', value: (one) => one.spec.attacher },
    { name: 'PV', value: (one) => one.spec.source?.persistentVolumeName },
    { name: 'Node', value: (one) => one.spec.nodeName },
    { name: 'Attached', type: 'boolean', value: (one) => one.status?.attached ?? false },
    age,
  ],
  defaults: ensureSpec,
  validate: (one, old) => [...attachmentProblems(one, old)],
})
