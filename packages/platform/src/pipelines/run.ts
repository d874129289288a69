import type { Snapshot } from '@sampan/control/controller'
import { type Plan, type Step, status } from '@sampan/control/plan'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { diskRefusal } from './disk.ts'
import { end } from './end.ts'
import { advanceImage } from './image-stage.ts'
import type { Artifact, Look } from './look.ts'
import type { PipelineParts } from './parts.ts'
import type { BuildPlan } from './read-source.ts'
import { limitsOf } from './settings.ts'
import { isBad, isOver, type Stage, type Status } from './status.ts'

interface Known {
  owner: App
  plan: BuildPlan
}

/** One look at a Pipeline that runs: what its pods did since, and the next pods when it is time for them. */
export async function advance(one: Pipeline, snapshot: Snapshot, parts: PipelineParts, known?: Known): Promise<Plan> {
  const current = one.status!
  const owner = known?.owner ?? snapshot.get(app, { namespace: one.metadata.namespace, name: one.spec.app })
  if (!owner) return end(one, snapshot, parts, { state: 'error', reason: `the app ${one.spec.app} was removed` })
  const limits = limitsOf(owner, parts.settings)
  const refusal = diskRefusal(await parts.disk(), parts.settings.stopFreeBytes, parts.diskFolder)
  if (refusal) return end(one, snapshot, parts, { state: 'failure', reason: `stopped: ${refusal}` })

  const now = snapshot.now.toISOString()
  const plan: Step[] = []
  const stages: Stage[] = []
  const artifacts: Artifact[] = [...(current.artifacts ?? [])]
  let { attempts } = current
  let message: string | undefined
  for (const stage of current.stages ?? []) {
    if (isOver(stage)) {
      stages.push(stage)
      continue
    }
    const started: Stage = stage.state === 'running' ? stage : { ...stage, state: 'running', startedAt: now }
    const look: Look = await advanceImage(one, started, { owner, limits, snapshot, parts, plan: known?.plan })
    stages.push(isOver(look.stage) ? { ...look.stage, finishedAt: look.stage.finishedAt ?? now } : look.stage)
    plan.push(...(look.plan ?? []))
    artifacts.push(...(look.artifacts ?? []))
    attempts = look.attempts ?? attempts
    message ??= look.message
  }
  const { message: _, ...rest } = current
  const next: Status = {
    ...rest,
    stages,
    ...(artifacts.length > 0 && { artifacts }),
    ...(attempts && { attempts }),
    ...(message && { message }),
  }
  if (!stages.every(isOver)) return [...plan.filter(isWork), status(pipeline, one, next), ...plan.filter(isWait)]
  const bad = stages.find(isBad)
  const made = artifacts.at(-1)
  return [
    ...plan.filter(isWork),
    ...(await end({ ...one, status: next }, snapshot, parts, {
      state: bad ? bad.state : 'success',
      ...(bad?.reason && { reason: bad.reason }),
      ...(!bad && made && { image: `${made.name}@${made.digest}` }),
      ...(!bad && made?.exposedPort && { exposedPort: made.exposedPort }),
    })),
  ]
}

const isWait = (step: Step) => step.op === 'again'
const isWork = (step: Step) => !isWait(step)
