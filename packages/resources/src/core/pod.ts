import type { V1Pod } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { podColumns } from './pod-columns.ts'
import { defaultPod } from './pod-defaults.ts'
import { qosClassOf } from './pod-resources.ts'
import { podProblems } from './pod-validation.ts'

export type Pod = BuiltIn<V1Pod>

export const pod = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
  answersDeleted: true,
  fields: {
    'spec.nodeName': (one) => one.spec.nodeName ?? '',
    'spec.restartPolicy': (one) => one.spec.restartPolicy ?? '',
    'spec.schedulerName': (one) => one.spec.schedulerName ?? '',
    'spec.serviceAccountName': (one) => one.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (one) => String(one.spec.hostNetwork ?? false),
    'status.phase': (one) => one.status?.phase ?? '',
    'status.podIP': (one) => one.status?.podIP ?? '',
    'status.podIPs': (one) => one.status?.podIPs?.map((each) => each.ip).join(',') ?? '',
    'status.nominatedNodeName': (one) => one.status?.nominatedNodeName ?? '',
  },
  defaults: defaultPod,
  onCreate: (one) => {
    one.status = { phase: 'Pending', qosClass: qosClassOf(one) }
  },
  columns: podColumns,
  validate: (one, old, subresource) => [...podProblems(one, old, subresource)],
})

/** What a controller stamps pods from. */
export interface PodTemplate {
  metadata?: Partial<Pod['metadata']>
  spec?: Pod['spec']
}

export { isActive, isAvailable, isReady, isSidecar, isTerminal, podIP, podIPs } from './pod-state.ts'
