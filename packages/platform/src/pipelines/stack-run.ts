import type { Snapshot } from '@sampan/control/controller'
import { again, apply, create, type Plan, remove, status } from '@sampan/control/plan'
import { type ConfigMap, configMap } from '@sampan/resources/core/config-map'
import { pod } from '@sampan/resources/core/pod'
import { type Secret, secret } from '@sampan/resources/core/secret'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { end } from './end.ts'
import { buildFailure } from './failure.ts'
import { stackPodName } from './names.ts'
import { containerOf, observedStep, type StepStatus, wasInterrupted } from './observe.ts'
import { waitOrGiveUp } from './obstacle.ts'
import type { PipelineParts } from './parts.ts'
import { stackConfigMap, stackPod, stackSecret } from './pods.ts'
import type { Limits } from './settings.ts'
import type { StackImage } from './stack-images.ts'
import { stackTitles } from './stacks/source.ts'
import { followed, lastLines } from './step-log.ts'

type Status = NonNullable<Pipeline['status']>

/** One look at a step that makes the image of a stack: its pod may have been started by another run. */
export async function advanceStack(
  one: Pipeline,
  step: StepStatus,
  image: StackImage,
  snapshot: Snapshot,
  parts: PipelineParts,
  limits: Limits,
): Promise<Plan> {
  const current = one.status!
  const withStep = (next: StepStatus): Status => ({
    ...current,
    steps: current.steps!.map((each) => (each.name === step.name ? next : each)),
  })
  const name = stackPodName(image.name, image.tag)
  const at = { namespace: buildNamespace, name }
  const found = snapshot.get(pod, at)
  if (!found) {
    if (await parts.hasImage(image.repository, image.tag)) {
      const next = withStep({ ...step, state: 'success', finishedAt: step.finishedAt ?? snapshot.now.toISOString() })
      return [status(pipeline, one, next), again(0)]
    }
    const own = { ...limits, timeoutSeconds: Math.max(limits.timeoutSeconds, parts.settings.timeoutSeconds) }
    const until = new Date(snapshot.now.getTime() + (own.timeoutSeconds + 600) * 1000)
    const configJson = parts.pushConfigJson({ subject: `stack:${image.name}`, repository: image.repository, until })
    return [
      apply(configMap, stackConfigMap(image)),
      apply(secret, stackSecret(image, configJson)),
      create(pod, stackPod(image, own, parts.pods)),
      status(pipeline, one, withStep({ ...step, startedAt: snapshot.now.toISOString() })),
      again(15_000),
    ]
  }
  if (found.metadata.deletionTimestamp) return [again(500)]
  const next = await followed(one, step, observedStep(step, found), parts)
  const { phase, reason: podReason, message: podMessage } = found.status ?? {}
  const done = [
    remove(pod, found),
    remove(secret, { metadata: at } as Secret),
    remove(configMap, { metadata: at } as ConfigMap),
  ]
  if (next.state === 'success') return [status(pipeline, one, withStep(next)), ...done, again(0)]
  if (next.state === 'failure' || phase === 'Failed') {
    if (wasInterrupted(found, step.name)) return [remove(pod, found, { graceSeconds: 0 }), again(500)]
    const ended = containerOf(found, step.name)?.state?.terminated
    const why = buildFailure({
      exitCode: ended?.exitCode,
      reason: ended?.reason,
      podReason,
      podMessage,
      lines: await lastLines(one, step.name, parts),
      limits,
      offlineBases: parts.offlineBases,
    })
    const over = { ...one, status: withStep({ ...next, state: 'failure' }) }
    const reason = `the ${stackTitles[image.name]} stack could not be prepared: ${why}`
    return [...done, ...(await end(over, snapshot, parts, { state: 'failure', reason }))]
  }
  return waitOrGiveUp(one, found, withStep(next), snapshot)
}
