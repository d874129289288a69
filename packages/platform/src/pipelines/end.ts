import type { Snapshot } from '@sampan/control/controller'
import { event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { podNameOf } from './names.ts'
import { isOver, type StepStatus } from './observe.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf } from './queue.ts'
import { drained } from './step-log.ts'

type Status = NonNullable<Pipeline['status']>

/** The run's pod and Secret go; the log is kept. */
export function removeRun(one: Pipeline, snapshot: Snapshot): Step[] {
  const pods = snapshot.by(pod, 'pipeline', keyOf(one))
  if (pods.length === 0) return []
  const metadata = { name: podNameOf(one), namespace: buildNamespace }
  return [
    ...pods.filter((each) => !each.metadata.deletionTimestamp).map((each) => remove(pod, each, { graceSeconds: 2 })),
    remove(secret, { apiVersion: 'v1', kind: 'Secret', metadata }),
  ]
}

/** Ends the Pipeline: its logs are kept first, then the status says so, then its pod goes. */
export async function end(
  one: Pipeline,
  snapshot: Snapshot,
  parts: PipelineParts,
  result: Pick<Status, 'state' | 'reason' | 'image' | 'exposedPort'>,
): Promise<Plan> {
  const now = snapshot.now.toISOString()
  const steps: StepStatus[] = []
  for (const step of one.status?.steps ?? []) {
    if (isOver(step)) {
      steps.push(step)
      continue
    }
    const cancelled = result.state === 'cancelled'
    const state = step.state === 'pending' ? 'skipped' : cancelled ? 'cancelled' : 'failure'
    steps.push(
      step.state === 'pending' ? { ...step, state } : { ...(await drained(one, step, parts)), state, finishedAt: now },
    )
  }
  const { queuePosition: _, message: __, ...rest }: Status = one.status ?? { state: 'pending' }
  const next: Status = { ...rest, ...result, steps, startedAt: rest.startedAt ?? now, finishedAt: now }
  const good = result.state === 'success'
  return [
    status(pipeline, one, next),
    event(one, good ? 'Normal' : 'Warning', good ? 'Built' : 'NotBuilt', result.reason ?? `Built ${result.image}`),
    ...removeRun(one, snapshot),
  ]
}
