import type { Snapshot } from '@sampan/control/controller'
import { event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { removeStageObjects } from './drone/objects.ts'
import { podNameOf, pullName, valuesName } from './names.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf } from './queue.ts'
import { isOver, type Stage, type Status, type StepStatus } from './status.ts'
import { drained } from './step-log.ts'

/** The run's pods go, and everything else that is only there for it; the log is kept. */
export function removeRun(one: Pipeline, snapshot: Snapshot, { always = false } = {}): Step[] {
  const pods = snapshot.by(pod, 'pipeline', keyOf(one))
  if (pods.length === 0 && !always) return []
  const secrets = one.status?.config ? [podNameOf(one), valuesName(one), pullName(one)] : [podNameOf(one)]
  const stages = one.status?.config ? (one.status.stages ?? []) : []
  return [
    ...secrets.map((name) =>
      remove(secret, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: buildNamespace } }),
    ),
    ...stages.flatMap((_, index) => removeStageObjects(one, index + 1)),
    ...pods.filter((each) => !each.metadata.deletionTimestamp).map((each) => remove(pod, each, { graceSeconds: 2 })),
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
    ...removeRun(one, snapshot, { always: one.status?.config !== undefined }),
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
