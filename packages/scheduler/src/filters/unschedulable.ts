import { tolerates } from '@sampan/resources/core/tolerations'
import { type Filter, refuseForGood } from '../filter.ts'

/** A cordoned node takes only pods that tolerate it, as those of DaemonSets do. */
export const unschedulable: Filter = ({ spec }, { node }) =>
  node.spec.unschedulable &&
  !tolerates(spec.tolerations, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
    ? refuseForGood('node(s) were unschedulable')
    : undefined
