import { age, containerColumns, labelsText, selectorCell } from '../columns.ts'
import type { Column } from '../define.ts'
import type { DaemonSet } from './daemon-set.ts'
import type { Deployment } from './deployment.ts'
import type { ReplicaSet } from './replica-set.ts'
import type { StatefulSet } from './stateful-set.ts'

export const deploymentColumns: readonly Column<Deployment>[] = [
  { name: 'Ready', value: (one) => `${one.status?.readyReplicas ?? 0}/${one.spec.replicas ?? 0}` },
  { name: 'Up-to-date', value: (one) => one.status?.updatedReplicas ?? 0 },
  { name: 'Available', value: (one) => one.status?.availableReplicas ?? 0 },
  age,
  ...containerColumns<Deployment>((one) => one.spec.template),
  { name: 'Selector', wide: true, value: (one) => selectorCell(one.spec.selector) },
]

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  { name: 'Desired', type: 'integer', value: (one) => one.spec.replicas ?? 0 },
  { name: 'Current', type: 'integer', value: (one) => one.status?.replicas ?? 0 },
  { name: 'Ready', type: 'integer', value: (one) => one.status?.readyReplicas ?? 0 },
  age,
  ...containerColumns<ReplicaSet>((one) => one.spec.template),
  { name: 'Selector', wide: true, value: (one) => selectorCell(one.spec.selector) },
]

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  { name: 'Ready', value: (one) => `${one.status?.readyReplicas ?? 0}/${one.spec.replicas ?? 0}` },
  age,
  ...containerColumns<StatefulSet>((one) => one.spec.template),
]

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  { name: 'Desired', type: 'integer', value: (one) => one.status?.desiredNumberScheduled ?? 0 },
  { name: 'Current', type: 'integer', value: (one) => one.status?.currentNumberScheduled ?? 0 },
  { name: 'Ready', type: 'integer', value: (one) => one.status?.numberReady ?? 0 },
  { name: 'Up-to-date', type: 'integer', value: (one) => one.status?.updatedNumberScheduled ?? 0 },
  { name: 'Available', type: 'integer', value: (one) => one.status?.numberAvailable ?? 0 },
  { name: 'Node Selector', value: (one) => labelsText(one.spec.template?.spec?.nodeSelector) },
  age,
  ...containerColumns<DaemonSet>((one) => one.spec.template),
  { name: 'Selector', wide: true, value: (one) => selectorCell(one.spec.selector) },
]
