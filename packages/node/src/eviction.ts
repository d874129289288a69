import { quantityOfBytes, unitsOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import type { Ending } from './pod/memory.ts'
import { requestOf } from './pod/resources.ts'

/** A running pod and how much it holds of what is short, in bytes. */
export interface Candidate {
  pod: Pod
  usage: number
}

/** From here on priorities are the system's own: such pods are never evicted. */
const critical = 2_000_000_000

/**
 * Who has to go when memory or disk runs out, as any node agent chooses: who uses more than it asked for before who
 * does not, then the lower priority, then the larger excess. Undefined: nobody may go.
 */
export function victim(
  candidates: readonly Candidate[],
  resource: 'memory' | 'ephemeral-storage',
): Candidate | undefined {
  const excess = ({ pod, usage }: Candidate) => usage - requestOf(pod, resource, unitsOf)
  const isOver = (one: Candidate) => Number(excess(one) > 0)
  const priority = ({ pod }: Candidate) => pod.spec.priority ?? 0
  return candidates
    .filter((one) => priority(one) < critical)
    .toSorted((a, b) => isOver(b) - isOver(a) || priority(a) - priority(b) || excess(b) - excess(a))[0]
}

/** Bytes below which the node is short, and those that are left. */
export interface Shortage {
  least: number
  available: number
}

export const evicted = (resource: string, { least, available }: Shortage): Ending => ({
  reason: 'Evicted',
  message:
    `The node was low on resource: ${resource}. ` +
    `Threshold quantity: ${quantityOfBytes(least)}, available: ${quantityOfBytes(available)}. `,
  graceSeconds: 0,
  isDisruption: true,
})
