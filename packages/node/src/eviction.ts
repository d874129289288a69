import { quantityOfBytes, unitsOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import type { Ending } from './pod/memory.ts'
import { requestOf } from './pod/resources.ts'
import type { Resource, Shortage } from './pressure.ts'

/** A running pod and how much it holds of what is short: bytes, inodes or processes. */
export interface Candidate {
  pod: Pod
  usage: number
  /** The part of single containers, by name, where it is known. */
  containers?: ReadonlyMap<string, number>
}

/** From here on priorities are the system's own: such pods are never evicted. */
const critical = 2_000_000_000

export const isCritical = ({ spec }: Pod) => (spec.priority ?? 0) >= critical

/**
 * Who has to go when something runs out, as any node agent chooses: who uses more than it asked for before who does not,
 * then the lower priority, then the larger excess. Nobody asks for processes: there priority comes first. Undefined:
 * nobody may go.
 */
export function victim(candidates: readonly Candidate[], resource: Resource): Candidate | undefined {
  const excess = ({ pod, usage }: Candidate) => usage - requestOf(pod, resource, unitsOf)
  const isOver = (one: Candidate) => Number(resource !== 'pids' && excess(one) > 0)
  const priority = ({ pod }: Candidate) => pod.spec.priority ?? 0
  return candidates
    .filter(({ pod }) => !isCritical(pod))
    .toSorted((a, b) => isOver(b) - isOver(a) || priority(a) - priority(b) || excess(b) - excess(a))[0]
}

/** Its programs get no time to write on. */
const graceSeconds = 1

/** Why the chosen pod goes, with those of its containers that hold more than they asked for. */
export function evicted({ resource, least, available }: Shortage, { pod, containers }: Candidate): Ending {
  const shown = resource === 'inodes' || resource === 'pids' ? String : quantityOfBytes
  const greedy = pod.spec.containers.flatMap(({ name, resources }) => {
    const usage = containers?.get(name)
    const request = resources?.requests?.[resource] ?? '0'
    if (usage === undefined || usage <= unitsOf(request)) return []
    return [
      `Container ${name} was using ${shown(usage)}, request is ${request}, has larger consumption of ${resource}. `,
    ]
  })
  return {
    reason: 'Evicted',
    message:
      `The node was low on resource: ${resource}. ` +
      `Threshold quantity: ${shown(least)}, available: ${shown(available)}. ${greedy.join('')}`,
    graceSeconds,
    isDisruption: true,
  }
}
