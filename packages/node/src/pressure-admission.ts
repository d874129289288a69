import type { Pod } from '@sampan/resources/core/pod'
import { qosClassOf } from '@sampan/resources/core/pod-resources'
import { tolerates } from '@sampan/resources/core/tolerations'
import { isCritical } from './eviction.ts'
import type { Ending } from './pod/memory.ts'
import type { Pressure } from './pressure.ts'

const memoryTaint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }

/** Why a node that is short of something takes no further pod; undefined when it does. */
export function refusedUnderPressure(pod: Pod, { memory, disk, pids }: Pressure): Ending | undefined {
  const conditions = [
    ...(memory ? ['MemoryPressure'] : []),
    ...(disk ? ['DiskPressure'] : []),
    ...(pids ? ['PIDPressure'] : []),
  ]
  if (conditions.length === 0 || isCritical(pod)) return undefined
  const isMemoryOnly = memory && !disk && !pids
  if (isMemoryOnly && (qosClassOf(pod) !== 'BestEffort' || tolerates(pod.spec.tolerations, memoryTaint)))
    return undefined
  return { reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` }
}
