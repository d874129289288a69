import type { Snapshot } from '@sampan/control/controller'
import { event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { podNameOf } from './names.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf } from './queue.ts'
import { isOver, type Stage, type Status, type StepStatus } from './status.ts'
import { drained } from './step-log.ts'

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

/** Ends the Pipeline: its logs are kept first, then the status says so, then its pods go. */
export async function end(
  one: Pipeline,
  snapshot: Snapshot,
  parts: PipelineParts,
  result: Pick<Status, 'state' | 'reason' | 'image' | 'exposedPort'>,
): Promise<Plan> {
  const now = snapshot.now.toISOString()
  const stages = await Promise.all(
    (one.status?.stages ?? []).map((stage) => ended(one, stage, { state: result.state, now }, parts)),
  )
  const { queuePosition: _, message: __, ...rest }: Status = one.status ?? { state: 'pending' }
  const next: Status = {
    ...rest,
    ...result,
    ...(one.status?.stages && { stages }),
    startedAt: rest.startedAt ?? now,
    finishedAt: now,
  }
  const good = result.state === 'success'
  const said = result.reason ?? (result.image ? `Built ${result.image}` : 'Every step succeeded.')
  return [
    status(pipeline, one, next),
    event(one, good ? 'Normal' : 'Warning', good ? 'Built' : 'NotBuilt', said),
    ...removeRun(one, snapshot),
  ]
}

/** Nothing in a run that ended is pending or running: what had begun is what the run is, the rest never came. */
async function ended(
  one: Pipeline,
  stage: Stage,
  { state, now }: { state: Status['state']; now: string },
  parts: PipelineParts,
): Promise<Stage> {
  const broken = state === 'cancelled' ? 'cancelled' : 'failure'
  const endOf = async (step: StepStatus): Promise<StepStatus> => {
    if (isOver(step)) return step
    if (step.state !== 'running') return { ...step, state: 'skipped' }
    return { ...(await drained(one, stage.name, step, parts)), state: broken, finishedAt: now }
  }
  const steps = await Promise.all(stage.steps.map(endOf))
  if (isOver(stage)) return { ...stage, steps }
  if (stage.state !== 'running') return { ...stage, state: 'skipped', steps }
  return { ...stage, state: broken, steps, finishedAt: now }
}
