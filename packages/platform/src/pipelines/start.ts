import type { Snapshot } from '@sampan/control/controller'
import { again, type Plan, status } from '@sampan/control/plan'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { hasEnded } from '../logs/pipeline-log.ts'
import { diskRefusal } from './disk.ts'
import { end } from './end.ts'
import { buildStep, cloneStep, stackStep } from './names.ts'
import type { StepStatus } from './observe.ts'
import type { PipelineParts } from './parts.ts'
import { keyOf, turnsOf } from './queue.ts'
import type { BuildPlan } from './read-source.ts'
import { advance } from './run.ts'
import { type StackName, stackTitles } from './stacks/source.ts'

type Status = NonNullable<Pipeline['status']>

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
  const plan = await parts.planOf(owner, one.spec.commit.sha)
  if (plan.by === 'nothing') return end(one, snapshot, parts, { state: 'failure', reason: plan.reason })
  const needed = plan.by === 'recipe' ? plan.recipe.needs : []
  const missing: StackName[] = []
  for (const stack of needed) {
    const { repository, tag } = parts.stacks[stack]
    if (!(await parts.hasImage(repository, tag))) missing.push(stack)
  }
  const steps: StepStatus[] = [
    ...missing.map((stack) => ({
      name: stackStep(stack),
      title: `Prepare the ${stackTitles[stack]} stack, once`,
      state: 'pending' as const,
    })),
    { name: cloneStep, title: 'Fetch the source', state: 'pending' },
    { name: buildStep, title: buildTitle(plan), state: 'pending' },
  ]
  const { queuePosition: _, message: __, ...rest } = one.status ?? {}
  const started: Status = {
    ...rest,
    state: 'running',
    startedAt: snapshot.now.toISOString(),
    steps,
    ...(plan.by === 'recipe' && { stack: plan.recipe.stack }),
  }
  const next = { ...one, status: started }
  return [status(pipeline, one, started), ...(await advance(next, snapshot, parts, { owner, plan }))]
}

const buildTitle = (plan: BuildPlan) =>
  plan.by === 'recipe'
    ? `Build with the ${stackTitles[plan.recipe.stack]} stack, because there is ${plan.recipe.because} and no Dockerfile`
    : plan.by === 'dockerfile'
      ? `Build ${plan.path}`
      : 'Build'
