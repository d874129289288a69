import type { V1CSIDriver } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { child, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { csiDriverProblems } from './csi-validation.ts'

export type CsiDriver = BuiltIn<V1CSIDriver>

export const csiDriver = defineResource<CsiDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  answersDeleted: true,
  defaults: (one) => {
    child(one, 'spec')
    fill(one.spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
    })
    if (!one.spec.volumeLifecycleModes?.length) one.spec.volumeLifecycleModes = ['Persistent']
  },
  columns: [
    { name: 'AttachRequired', type: 'boolean', value: (one) => one.spec.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', value: (one) => one.spec.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', value: (one) => one.spec.storageCapacity ?? false },
    {
      name: 'TokenRequests',
      value: (one) => one.spec.tokenRequests?.map(({ audience }) => audience).join(',') || '<unset>',
    },
    { name: 'RequiresRepublish', type: 'boolean', value: (one) => one.spec.requiresRepublish ?? false },
    { name: 'Modes', value: (one) => one.spec.volumeLifecycleModes?.join(',') || '<none>' },
    age,
  ],
  validate: (one, old) => [...csiDriverProblems(one, old)],
})
