import type { Snapshot } from '@sampan/control/controller'
import { again, type Plan, status } from '@sampan/control/plan'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { hasEnded } from '../logs/pipeline-log.ts'
import { diskRefusal } from './disk.ts'
import { startFile } from './drone/start.ts'
import { end } from './end.ts'
import { imageStageOf } from './image-stage.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf, turnsOf } from './queue.ts'
import { advance } from './run.ts'
import type { Status } from './status.ts'

/** A Pipeline that does not run yet: its place in the queue, or, when it is its turn, what it will do. */
export async function startOrWait(one: Pipeline, snapshot: Snapshot, parts: PipelineParts): Promise<Plan> {
  const open = snapshot.list(pipeline).filter((each) => !hasEnded(each) && !each.metadata.deletionTimestamp)
  const turn = turnsOf(open, parts.settings.concurrency).get(keyOf(one)) ?? 1
  if (turn > 0) return [status(pipeline, one, { ...one.status, state: 'pending', queuePosition: turn }), again(5000)]
  const obstacle = parts.obstacle()
  if (obstacle) return [status(pipeline, one, { ...one.status, state: 'pending', message: obstacle }), again(1000)]
  const failed = (reason: string) => end(one, snapshot, parts, { state: 'error', reason })
  const owner = snapshot.get(app, { namespace: one.metadata.namespace, name: one.spec.app })
  if (!owner) return failed(`the app ${one.spec.app} is gone`)
  const refusal = diskRefusal(await parts.disk(), parts.settings.minFreeBytes, parts.diskFolder)
  if (refusal) return failed(refusal)
  const { queuePosition: _, message: __, reason: ___, ...before } = one.status ?? {}
  const rest: Status = { ...before, state: 'running', startedAt: snapshot.now.toISOString() }
  const file = await parts.files.fileOf({ ...one, status: rest }, owner)
  if (file) return startFile(one, { owner, file, rest }, snapshot, parts)
  const plan = await parts.planOf(owner, one.spec.commit.sha)
  if (plan.by === 'nothing') return end(one, snapshot, parts, { state: 'failure', reason: plan.reason })
  const started: Status = {
    ...rest,
    stages: [await imageStageOf(plan, parts)],
    ...(plan.by === 'recipe' && { stack: plan.recipe.stack }),
  }
  const next = { ...one, status: started }
  return [status(pipeline, one, started), ...(await advance(next, snapshot, parts, { owner, plan }))]
}
