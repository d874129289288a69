import type { Snapshot } from '@sampan/control/controller'
import { type Plan, type Step, status } from '@sampan/control/plan'
import type { PlannedPipeline } from '@sampan/drone/plan'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { diskRefusal } from './disk.ts'
import { decideWaiting } from './drone/decide.ts'
import type { RunFile } from './drone/file.ts'
import { refusalOf } from './drone/refusal.ts'
import { advanceFileStage } from './drone/stage.ts'
import { end } from './end.ts'
import { advanceImage } from './image-stage.ts'
import type { Artifact, Look } from './look.ts'
import type { PipelineParts } from './parts.ts'
import { purposeOf } from './purpose.ts'
import type { BuildPlan } from './read-source.ts'
import { limitsOf, stageLimitsOf } from './settings.ts'
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
  const refusal = diskRefusal(await parts.disk(), parts.settings.stopFreeBytes, parts.diskFolder)
  if (refusal) return end(one, snapshot, parts, { state: 'failure', reason: `stopped: ${refusal}` })
  const file = current.config ? await parts.files.fileOf(one, owner) : undefined
  if (current.config && !file) {
    const reason = `${current.config} cannot be read any more: the commit is gone from the repository`
    return end(one, snapshot, parts, { state: 'error', reason })
  }

  const now = snapshot.now.toISOString()
  const plan: Step[] = []
  const stages: Stage[] = [...(current.stages ?? [])]
  const artifacts: Artifact[] = [...(current.artifacts ?? [])]
  let { attempts } = current
  let message: string | undefined
  for (const [index, before] of stages.entries()) {
    if (isOver(before)) continue
    const turn =
      before.state === 'running' ? 'start' : turnOf(before, stages, { file, owner, most: parts.settings.stagesAtOnce })
    if (!turn) continue
    if (turn === 'skip') {
      stages[index] = skipped(before)
      continue
    }
    const stage: Stage = before.state === 'running' ? before : { ...before, state: 'running', startedAt: now }
    const look: Look = await lookAt(one, stage, { index, stages, file, owner, snapshot, parts, plan: known?.plan })
    stages[index] = isOver(look.stage) ? over(look.stage, now) : look.stage
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
  return [
    ...plan.filter(isWork),
    ...(await end({ ...one, status: next }, snapshot, parts, resultOf(one, owner, { stages, artifacts, parts }))),
  ]
}

const isWait = (step: Step) => step.op === 'again'
const isWork = (step: Step) => !isWait(step)

const skipped = (stage: Stage): Stage => ({
  ...stage,
  state: 'skipped',
  steps: stage.steps.map((step) => ({ ...step, state: 'skipped' })),
})

const over = (stage: Stage, now: string): Stage => ({ ...stage, finishedAt: stage.finishedAt ?? now })

const plannedFor = (stage: Stage, file: RunFile | undefined): PlannedPipeline | undefined =>
  stage.kind === 'image' ? undefined : file?.plan.pipelines.find(({ name }) => name === stage.name)

/** Whether a stage that waits may begin. */
function turnOf(
  stage: Stage,
  stages: readonly Stage[],
  { file, owner, most }: { file?: RunFile; owner: App; most: number },
) {
  const throttle = Math.min(most, owner.spec.pipelines?.throttle ?? most)
  const wants = plannedFor(stage, file)?.triggerStatus ?? { onSuccess: true, onFailure: false }
  const turn = decideWaiting(stage, stages, wants)
  if (turn !== 'start') return turn
  return stages.filter(({ state }) => state === 'running').length < throttle ? 'start' : undefined
}

interface LookAt {
  index: number
  stages: readonly Stage[]
  file: RunFile | undefined
  owner: App
  snapshot: Snapshot
  parts: PipelineParts
  plan?: BuildPlan
}

async function lookAt(one: Pipeline, stage: Stage, given: LookAt): Promise<Look> {
  const { index, stages, file, owner, snapshot, parts, plan } = given
  const home = snapshot.get(project, { name: one.metadata.namespace ?? '' })
  if (stage.kind === 'image' || !file) {
    const limits = limitsOf(owner, parts.settings, home)
    return advanceImage(one, stage, { owner, limits, snapshot, parts, plan })
  }
  const planned = plannedFor(stage, file)
  if (planned && !stage.pod) {
    const reason = await refusalOf(planned, parts)
    if (reason) {
      const steps = stage.steps.map((step) => ({ ...step, state: 'skipped' as const }))
      return { stage: { ...stage, state: 'error', reason, steps } }
    }
  }
  const data = await parts.runData(one)
  const limits = stageLimitsOf(owner, parts.settings, home)
  return advanceFileStage(one, stage, index + 1, { owner, limits, snapshot, parts, file, stages, data })
}

/** What a run whose stages are all over is: its first stage that did not go well, and otherwise what it made. */
function resultOf(
  one: Pipeline,
  owner: App,
  { stages, artifacts, parts }: { stages: readonly Stage[]; artifacts: readonly Artifact[]; parts: PipelineParts },
): Pick<Status, 'state' | 'reason' | 'image' | 'exposedPort'> {
  const bad = stages.find(isBad)
  if (bad) {
    const where = stages.length > 1 ? `${bad.name}: ` : ''
    return { state: bad.state, ...(bad.reason && { reason: `${where}${bad.reason}` }) }
  }
  if (purposeOf(owner, one) === 'none') return { state: 'success' }
  const own = `${parts.pods.registryHost}/${one.metadata.namespace}/${one.spec.app}`
  const made = artifacts.findLast(({ name }) => name === own) ?? (artifacts.length === 1 ? artifacts[0] : undefined)
  if (!made) return { state: 'success' }
  return {
    state: 'success',
    image: `${made.name}@${made.digest}`,
    ...(made.exposedPort && { exposedPort: made.exposedPort }),
  }
}
