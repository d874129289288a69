import { again, apply, create, remove } from '@sampan/control/plan'
import { type ConfigMap, configMap } from '@sampan/resources/core/config-map'
import { pod } from '@sampan/resources/core/pod'
import { type Secret, secret } from '@sampan/resources/core/secret'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { buildFailure } from './failure.ts'
import type { Around, Look } from './look.ts'
import { stackPodName } from './names.ts'
import { containerOf, observedStep, wasInterrupted } from './observe.ts'
import { obstacleTo } from './obstacle.ts'
import { stackConfigMap, stackPod, stackSecret } from './pods.ts'
import type { StackImage } from './stack-images.ts'
import { stackTitles } from './stacks/source.ts'
import { type Stage, type StepStatus, withStep } from './status.ts'
import { followed, lastLines } from './step-log.ts'

/** One look at a step that makes the image of a stack: its pod may have been started by another run. */
export async function advanceStack(
  one: Pipeline,
  { stage, step, image }: { stage: Stage; step: StepStatus; image: StackImage },
  { limits, snapshot, parts }: Around,
): Promise<Look> {
  const name = stackPodName(image.name, image.tag)
  const at = { namespace: buildNamespace, name }
  const now = snapshot.now.toISOString()
  const found = snapshot.get(pod, at)
  if (!found) {
    if (await parts.hasImage(image.repository, image.tag)) {
      const done = withStep(stage, { ...step, state: 'success', finishedAt: step.finishedAt ?? now })
      return { stage: done, plan: [again(0)] }
    }
    const own = { ...limits, timeoutSeconds: Math.max(limits.timeoutSeconds, parts.settings.timeoutSeconds) }
    const until = new Date(snapshot.now.getTime() + (own.timeoutSeconds + 600) * 1000)
    const configJson = parts.pushConfigJson({ subject: `stack:${image.name}`, repository: image.repository, until })
    return {
      stage: withStep(stage, { ...step, startedAt: now }),
      plan: [
        apply(configMap, stackConfigMap(image)),
        apply(secret, stackSecret(image, configJson)),
        create(pod, stackPod(image, own, parts.pods)),
        again(15_000),
      ],
    }
  }
  if (found.metadata.deletionTimestamp) return { stage, plan: [again(500)] }
  const next = await followed(one, stage.name, { before: step, after: observedStep(step, found) }, parts)
  const { phase, reason: podReason, message: podMessage } = found.status ?? {}
  const done = [
    remove(pod, found),
    remove(secret, { metadata: at } as Secret),
    remove(configMap, { metadata: at } as ConfigMap),
  ]
  if (next.state === 'success') return { stage: withStep(stage, next), plan: [...done, again(0)] }
  const failedAs = (state: 'failure' | 'error', why: string): Look => ({
    stage: {
      ...withStep(stage, { ...next, state: 'failure' }),
      state,
      reason: `the ${stackTitles[image.name]} stack could not be prepared: ${why}`,
    },
    plan: done,
  })
  if (next.state === 'failure' || phase === 'Failed') {
    if (wasInterrupted(found, step.name)) return { stage, plan: [remove(pod, found, { graceSeconds: 0 }), again(500)] }
    const ended = containerOf(found, step.name)?.state?.terminated
    const why = buildFailure({
      exitCode: ended?.exitCode,
      reason: ended?.reason,
      podReason,
      podMessage,
      lines: await lastLines(one, stage.name, step.name, parts),
      limits,
      offlineBases: parts.offlineBases,
    })
    return failedAs('failure', why)
  }
  const { message, reason } = obstacleTo(found, snapshot.now)
  if (reason) return failedAs('error', reason)
  return { stage: withStep(stage, next), message, plan: [again(15_000)] }
}
