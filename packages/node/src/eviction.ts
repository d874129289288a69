import { unitsOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import type { Ending } from './pod/memory.ts'
import { podAmount } from './pod/resources.ts'

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
  const excess = ({ pod, usage }: Candidate) => usage - requested(pod, resource)
  const isOver = (one: Candidate) => Number(excess(one) > 0)
  const priority = ({ pod }: Candidate) => pod.spec.priority ?? 0
  return candidates
    .filter((one) => priority(one) < critical)
    .toSorted((a, b) => isOver(b) - isOver(a) || priority(a) - priority(b) || excess(b) - excess(a))[0]
}

const requested = (pod: Pod, resource: string) =>
  podAmount(pod, ({ resources }) => {
    const amount = resources?.requests?.[resource] ?? resources?.limits?.[resource]
    return amount === undefined ? 0 : unitsOf(amount)
  })

export const evicted = (resource: string): Ending => ({
  reason: 'Evicted',
  message: `The node was low on resource: ${resource}.`,
})
