import { again, apply, create, event, patch, remove, type Step } from '@sampan/control/plan'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { type Pipeline, stepPath } from '@sampan/resources/sampan/pipeline'
import { fetchUser } from '../git/fetch-ticket.ts'
import { credentialsOf } from './credentials.ts'
import { buildFailure, cloneFailure, type Failed } from './failure.ts'
import type { Around, Look } from './look.ts'
import { buildStep, cloneStep, imageStage, podNameOf, stackOfStep, stackStep } from './names.ts'
import { containerOf, observedStep, resultOf, wasInterrupted } from './observe.ts'
import { obstacleTo } from './obstacle.ts'
import type { PipelineParts } from './parts.ts'
import { runPod, runSecret } from './pods.ts'
import { keyOf } from './queue.ts'
import type { BuildPlan } from './read-source.ts'
import type { Limits } from './settings.ts'
import { advanceStack } from './stack-run.ts'
import { type StackName, stackTitles } from './stacks/source.ts'
import { standbyOf } from './standby.ts'
import { isStandby, isWaiting, jobOf, seenAsRun, takenBy, taking } from './standby-pod.ts'
import { isOver, type Stage, type StepStatus } from './status.ts'
import { drained, followed, lastLines } from './step-log.ts'

const mostAttempts = 3

/** The stage of the default pipeline, not begun: a step per stack that is missing, then fetching, then building. */
export async function imageStageOf(
  plan: BuildPlan,
  parts: Pick<PipelineParts, 'stacks' | 'hasImage'>,
  { name = imageStage, after }: { name?: string; after?: string[] } = {},
): Promise<Stage> {
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
      kind: 'image' as const,
      state: 'pending' as const,
    })),
    { name: cloneStep, title: 'Fetch the source', kind: 'clone', state: 'pending' },
    { name: buildStep, title: buildTitle(plan), kind: 'image', state: 'pending' },
  ]
  return { name, kind: 'image', state: 'pending', ...(after && { after }), steps }
}

const buildTitle = (plan: BuildPlan) =>
  plan.by === 'recipe'
    ? `Build with the ${stackTitles[plan.recipe.stack]} stack, because there is ${plan.recipe.because} and no Dockerfile`
    : plan.by === 'dockerfile'
      ? `Build ${plan.path}`
      : 'Build'

/** One look at the default pipeline: what its pods did since, and the next pod when it is time for it. */
export async function advanceImage(one: Pipeline, stage: Stage, around: Around & { plan?: BuildPlan }): Promise<Look> {
  const { owner, limits, snapshot, parts } = around
  for (const step of stage.steps) {
    const stack = stackOfStep(step.name)
    if (stack && !isOver(step)) return advanceStack(one, { stage, step, image: parts.stacks[stack] }, around)
  }
  const found = snapshot
    .by(pod, 'pipeline', keyOf(one))
    .find((each) => each.metadata.name === podNameOf(one) || takenBy(each) === podNameOf(one))
  if (found?.metadata.deletionTimestamp) return { stage, plan: [again(500)] }
  if (found)
    return isStandby(found) && isWaiting(found) && !parts.feeder.hasFed(found)
      ? feedRun(one, stage, found, around)
      : observeRun(one, stage, seenAsRun(found), around)
  const attempts = (one.status?.attempts ?? 0) + 1
  if (attempts > mostAttempts) return ended(stage, 'error', `its pod was lost ${mostAttempts} times`)
  const plan = around.plan ?? (await parts.planOf(owner, one.spec.commit.sha))
  if (plan.by === 'nothing') return ended(stage, 'failure', plan.reason)
  const steps = stage.steps.map((step) => (stackOfStep(step.name) ? step : fresh(step)))
  return {
    stage: { ...stage, steps },
    attempts,
    plan: [...startRun(one, plan, around), again(limits.timeoutSeconds * 1000)],
  }
}

const ended = (stage: Stage, state: 'failure' | 'error', reason: string): Look => ({
  stage: { ...stage, state, reason },
})

const fresh = ({ name, title, kind }: StepStatus): StepStatus => ({
  name,
  ...(title && { title }),
  ...(kind && { kind }),
  state: 'pending',
})

/** The run gets the pod that waits for it, or one of its own. */
function startRun(one: Pipeline, plan: Buildable, { limits, snapshot, parts }: Around): Step[] {
  const { fitting, others } = standbyOf(one, limits, snapshot, parts)
  if (fitting) {
    const run = { pipeline: one.metadata.name, podName: podNameOf(one) }
    return [patch(pod, fitting.metadata, taking(fitting, run, limits, snapshot.now)), ...others]
  }
  const { made, values } = runOf(one, plan, limits, parts)
  return [...others, apply(secret, runSecret(one, values)), create(pod, made)]
}

type Buildable = Exclude<BuildPlan, { by: 'nothing' }>

/** What a run's pod is and what it signs in with. */
function runOf(one: Pipeline, plan: Buildable, limits: Limits, parts: PipelineParts) {
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
  return { made: runPod(one, source, parts.pods), values: { username: fetchUser, password: ticket, configJson } }
}

/** Hands the job to a pod that waited for it. A second time does no harm: the pod reads one job. */
async function feedRun(one: Pipeline, stage: Stage, found: Pod, around: Around): Promise<Look> {
  const { owner, limits, parts } = around
  const plan = await parts.planOf(owner, one.spec.commit.sha)
  if (plan.by === 'nothing') return ended(stage, 'failure', plan.reason)
  const { made, values } = runOf(one, plan, limits, parts)
  try {
    await parts.feeder.feed(found, cloneStep, jobOf(made, values))
  } catch (error) {
    const why = (error as Error).message
    return {
      stage,
      plan: [
        event(
          one,
          'Warning',
          'StandbyLost',
          `The pod that waited for this run did not take it (${why}): it gets one of its own.`,
        ),
        remove(pod, found, { graceSeconds: 0 }),
        again(500),
      ],
    }
  }
  return observeRun(one, stage, seenAsRun(found), around)
}

async function observeRun(one: Pipeline, stage: Stage, found: Pod, around: Around): Promise<Look> {
  const { limits, snapshot, parts } = around
  const steps: StepStatus[] = []
  for (const before of stage.steps) {
    if (stackOfStep(before.name)) steps.push(before)
    else steps.push(await followed(one, stage.name, { before, after: observedStep(before, found) }, parts))
  }
  const next: Stage = { ...stage, steps }
  const broken = steps.find((step) => step.state === 'failure')
  const { phase, reason: podReason, message: podMessage } = found.status ?? {}
  const interrupted = steps.find((step) => wasInterrupted(found, step.name))
  if (interrupted || (phase === 'Failed' && podReason !== 'DeadlineExceeded' && !broken && podReason !== 'Evicted')) {
    return {
      stage,
      message: 'the node lost the build; it is started again',
      plan: [
        event(one, 'Warning', 'Interrupted', 'The node lost the build; it is started again.'),
        remove(pod, found, { graceSeconds: 0 }),
        again(500),
      ],
    }
  }
  if (broken || phase === 'Failed') {
    const step = broken ?? steps.find((each) => !isOver(each)) ?? steps.at(-1)!
    if (step.state === 'running') await drained(one, stage.name, step, parts)
    const end = containerOf(found, step.name)?.state?.terminated
    const failed: Failed = {
      exitCode: end?.exitCode,
      reason: end?.reason,
      podReason,
      podMessage,
      lines: await lastLines(one, stage.name, step.name, parts),
      limits,
      offlineBases: parts.offlineBases,
    }
    return ended(next, 'failure', step.name === cloneStep ? cloneFailure(failed) : buildFailure(failed))
  }
  const built = steps.find((step) => step.name === buildStep)
  if (built?.state === 'success') {
    const result = resultOf(found, buildStep)
    if (!result) {
      return ended(next, 'error', 'the build ended well but left no digest: push again, and report this if it stays')
    }
    const name = `${parts.pods.registryHost}/${one.metadata.namespace}/${one.spec.app}`
    const image = { type: 'image' as const, name, tags: [String(one.spec.number)], ...result }
    return { stage: { ...next, state: 'success' }, artifacts: [{ ...image, step: stepPath(stage.name, buildStep) }] }
  }
  const late = await overdue(one, next, found, around)
  if (late) return late
  const { message, reason } = obstacleTo(found, snapshot.now)
  return reason ? ended(next, 'error', reason) : { stage: next, message, plan: [again(15_000)] }
}

/** The pod's own deadline did not end it: we do. */
async function overdue(
  one: Pipeline,
  stage: Stage,
  found: Pod,
  { limits, snapshot, parts }: Around,
): Promise<Look | undefined> {
  const began = Date.parse(found.status?.startTime ?? found.metadata.creationTimestamp ?? '')
  if (snapshot.now.getTime() - began < (limits.timeoutSeconds + 30) * 1000) return undefined
  const open = stage.steps.filter((step) => !isOver(step))
  await Promise.all(open.map((step) => drained(one, stage.name, step, parts)))
  const lines = await lastLines(one, stage.name, buildStep, parts)
  return ended(stage, 'failure', buildFailure({ podReason: 'DeadlineExceeded', lines, limits, offlineBases: [] }))
}
