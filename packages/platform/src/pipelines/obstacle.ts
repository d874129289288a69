import type { Pod } from '@sampan/resources/core/pod'
import { obstacleOf } from './observe.ts'

/** How long a pod may be kept from running before its stage gives up, in milliseconds. */
export const obstaclePatienceMs = 120_000

/** What to say about a pod that does not get going, and, once patience has run out, why its stage ends. */
export function obstacleTo(found: Pod, now: Date): { message?: string; reason?: string } {
  const obstacle = obstacleOf(found)
  if (!obstacle) return {}
  const since = Date.parse(found.metadata.creationTimestamp ?? '')
  if (now.getTime() - since > obstaclePatienceMs) return { reason: `its pod could not start: ${obstacle}` }
  return { message: `waiting: ${obstacle}` }
}
