import type { Snapshot } from '@sampan/control/controller'
import { again, type Step, status } from '@sampan/control/plan'
import type { Pod } from '@sampan/resources/core/pod'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { obstacleOf } from './observe.ts'

type Status = NonNullable<Pipeline['status']>

/** How long a pod may be kept from running before the Pipeline gives up, in milliseconds. */
const obstaclePatienceMs = 120_000

/** Status of a run whose pod does not get going, and the next look. */
export function waitOrGiveUp(one: Pipeline, found: Pod, next: Status, snapshot: Snapshot): Step[] {
  const obstacle = obstacleOf(found)
  const since = Date.parse(found.metadata.creationTimestamp ?? '')
  if (obstacle && snapshot.now.getTime() - since > obstaclePatienceMs) {
    const reason = `its pod could not start: ${obstacle}`
    return [status(pipeline, one, { ...next, state: 'error', reason, finishedAt: snapshot.now.toISOString() })]
  }
  const message = obstacle && `waiting: ${obstacle}`
  return [status(pipeline, one, { ...next, ...(message ? { message } : {}) }), again(15_000)]
}
