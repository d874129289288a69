import type { Snapshot } from '@sampan/control/controller'
import { again, apply, create, event, type Plan, remove, type Step, status } from '@sampan/control/plan'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { fetchUser } from '../git/fetch-ticket.ts'
import { credentialsOf } from './credentials.ts'
import { diskRefusal } from './disk.ts'
import { end } from './end.ts'
import { buildFailure, cloneFailure, type Failed } from './failure.ts'
import { buildStep, cloneStep, podNameOf, stackOfStep } from './names.ts'
import { containerOf, isOver, observedStep, resultOf, type StepStatus, wasInterrupted } from './observe.ts'
import { waitOrGiveUp } from './obstacle.ts'
import type { PipelineParts } from './parts.ts'
import { runPod, runSecret } from './pods.ts'
import { keyOf } from './queue.ts'
import type { BuildPlan } from './read-source.ts'
import { type Limits, limitsOf } from './settings.ts'
import { advanceStack } from './stack-run.ts'
import { drained, followed, lastLines } from './step-log.ts'

type Status = NonNullable<Pipeline['status']>

const mostAttempts = 3

interface Known {
  owner: App
  plan: BuildPlan
}

/** One look at a Pipeline that runs: what its pods did since, and the next pod when it is time for it. */
export async function advance(one: Pipeline, snapshot: Snapshot, parts: PipelineParts, known?: Known): Promise<Plan> {
  const current = one.status!
  const owner = known?.owner ?? snapshot.get(app, { namespace: one.metadata.namespace, name: one.spec.app })
  if (!owner) return end(one, snapshot, parts, { state: 'error', reason: `the app ${one.spec.app} was removed` })
  const limits = limitsOf(owner, parts.settings)
  const refusal = diskRefusal(await parts.disk(), parts.settings.stopFreeBytes, parts.diskFolder)
  if (refusal) return end(one, snapshot, parts, { state: 'failure', reason: `stopped: ${refusal}` })

  for (const step of current.steps ?? []) {
    const stack = stackOfStep(step.name)
    if (stack && !isOver(step)) return advanceStack(one, step, parts.stacks[stack], snapshot, parts, limits)
  }
  const found = snapshot.by(pod, 'pipeline', keyOf(one)).find((each) => each.metadata.name === podNameOf(one))
  if (!found || found.metadata.deletionTimestamp) {
    if (found) return [again(500)]
    const attempts = (current.attempts ?? 0) + 1
    if (attempts > mostAttempts) {
      return end(one, snapshot, parts, { state: 'error', reason: `its pod was lost ${mostAttempts} times` })
    }
    const plan = known?.plan ?? (await parts.planOf(owner, one.spec.commit.sha))
    if (plan.by === 'nothing') return end(one, snapshot, parts, { state: 'failure', reason: plan.reason })
    const fresh = (current.steps ?? []).map((step) =>
      stackOfStep(step.name) ? step : { ...pick(step), state: 'pending' as const },
    )
    return [
      ...startRun(one, plan, limits, parts),
      status(pipeline, one, { ...current, attempts, steps: fresh }),
      again(limits.timeoutSeconds * 1000),
    ]
  }
  return observeRun(one, found, limits, snapshot, parts)
}

const pick = ({ name, title }: StepStatus) => ({ name, ...(title && { title }) })

function startRun(
  one: Pipeline,
  plan: Exclude<BuildPlan, { by: 'nothing' }>,
  limits: Limits,
  parts: PipelineParts,
): Step[] {
  const { namespace: project = '' } = one.metadata
  const { configJson, ticket } = credentialsOf(one, parts)
  const dockerfile =
    plan.by === 'dockerfile'
      ? { path: plan.path }
      : {
          text: plan.recipe.dockerfile((stack) => {
            const { repository, tag } = parts.stacks[stack]
            return `${parts.pods.registryHost}/${repository}:${tag}`
          }),
        }
  const source = {
    repositoryURL: parts.repositoryURL(project, one.spec.app),
    context: plan.context,
    dockerfile,
    limits,
    pull: plan.by === 'dockerfile' && parts.hubReachable(),
  }
  return [
    apply(secret, runSecret(one, { username: fetchUser, password: ticket, configJson })),
    create(pod, runPod(one, source, parts.pods)),
  ]
}

async function observeRun(
  one: Pipeline,
  found: Pod,
  limits: Limits,
  snapshot: Snapshot,
  parts: PipelineParts,
): Promise<Plan> {
  const current = one.status!
  const steps: StepStatus[] = []
  for (const before of current.steps ?? []) {
    if (stackOfStep(before.name)) {
      steps.push(before)
      continue
    }
    steps.push(await followed(one, before, observedStep(before, found), parts))
  }
  const next: Status = { ...current, steps, message: undefined }
  const broken = steps.find((step) => step.state === 'failure')
  const { phase, reason: podReason, message: podMessage } = found.status ?? {}
  const interrupted = steps.find((step) => wasInterrupted(found, step.name))
  if (interrupted || (phase === 'Failed' && podReason !== 'DeadlineExceeded' && !broken && podReason !== 'Evicted')) {
    return [
      event(one, 'Warning', 'Interrupted', 'The node lost the build; it is started again.'),
      status(pipeline, one, { ...current, message: 'the node lost the build; it is started again' }),
      remove(pod, found, { graceSeconds: 0 }),
      again(500),
    ]
  }
  if (broken || phase === 'Failed') {
    const step = broken ?? steps.find((each) => !isOver(each)) ?? steps.at(-1)!
    if (step.state === 'running') await drained(one, step, parts)
    const ended = containerOf(found, step.name)?.state?.terminated
    const failed: Failed = {
      exitCode: ended?.exitCode,
      reason: ended?.reason,
      podReason,
      podMessage,
      lines: await lastLines(one, step.name, parts),
      limits,
      offlineBases: parts.offlineBases,
    }
    const reason = step.name === cloneStep ? cloneFailure(failed) : buildFailure(failed)
    return end({ ...one, status: next }, snapshot, parts, { state: 'failure', reason })
  }
  const built = steps.find((step) => step.name === buildStep)
  if (built?.state === 'success') {
    const result = resultOf(found, buildStep)
    if (!result) {
      const reason = 'the build ended well but left no digest: push again, and report this if it stays'
      return end({ ...one, status: next }, snapshot, parts, { state: 'error', reason })
    }
    const { namespace: project } = one.metadata
    return end({ ...one, status: next }, snapshot, parts, {
      state: 'success',
      image: `${parts.pods.registryHost}/${project}/${one.spec.app}@${result.digest}`,
      ...(result.exposedPort && { exposedPort: result.exposedPort }),
    })
  }
  return [...waitOrGiveUp(one, found, next, snapshot), ...(await overdue(one, found, limits, snapshot, parts))]
}

/** The pod's own deadline did not end it: we do. */
async function overdue(
  one: Pipeline,
  found: Pod,
  limits: Limits,
  snapshot: Snapshot,
  parts: PipelineParts,
): Promise<Plan> {
  const began = Date.parse(found.status?.startTime ?? found.metadata.creationTimestamp ?? '')
  if (snapshot.now.getTime() - began < (limits.timeoutSeconds + 30) * 1000) return []
  await Promise.all((one.status?.steps ?? []).filter((step) => !isOver(step)).map((step) => drained(one, step, parts)))
  const lines = await lastLines(one, buildStep, parts)
  const reason = buildFailure({ podReason: 'DeadlineExceeded', lines, limits, offlineBases: [] })
  return end(one, snapshot, parts, { state: 'failure', reason })
}
