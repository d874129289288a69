import { waitAfter } from '@sampan/kit/backoff'
import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { CriError } from './cri/client.ts'
import { ImageError } from './images.ts'
import { ConfigError } from './pod/config-error.ts'
import type { Failure } from './pod/memory.ts'
import { countFailure, type PodState } from './pod-state.ts'
import { teller } from './start-container.ts'
import { MountError } from './volumes/payload.ts'

const pullBackoff = { first: 10_000, most: 300_000, jitter: 0 }
const configBackoff = { first: 1000, most: 60_000, jitter: 0 }
const podBackoff = { first: 500, most: 120_000, jitter: 0 }
/** A pull that failed is called so for a moment, then it is called waiting for the next. */
const pullFailedMs = 2000

/** A volume of the pod cannot be made now: its containers are not to blame. */
export class VolumesMissing extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VolumesMissing'
  }
}

/**
 * Why a container waits after `error`, told as events too. Undefined when it was made and would not start: that is an exit
 * like any other, and the restart policy decides. Rethrows what is nobody's fault but ours.
 */
export function startFailure(
  context: NodeContext,
  state: PodState,
  pod: Pod,
  { name, isMade, error }: { name: string; isMade: boolean; error: unknown },
): Failure | undefined {
  const now = context.clock.now().getTime()
  const tell = teller(context, pod, name)
  const { message } = error as Error
  if (error instanceof ImageError) {
    if (error.reason !== 'ErrImagePull') return { reason: error.reason, message, until: now + pullBackoff.first }
    const back = `Back-off pulling image "${error.image}"`
    tell('Normal', 'BackOff', back)
    tell('Warning', 'Failed', 'Error: ImagePullBackOff')
    return {
      reason: error.reason,
      message,
      until: now + waitAfter(countFailure(state, name), pullBackoff),
      later: { reason: 'ImagePullBackOff', message: `${back}: ErrImagePull: ${message}`, from: now + pullFailedMs },
    }
  }
  if (error instanceof VolumesMissing) {
    teller(context, pod)('Warning', 'FailedMount', message)
    return { reason: 'ContainerCreating', until: now + waitAfter(countFailure(state, name), podBackoff) }
  }
  const isConfig = error instanceof ConfigError || error instanceof MountError
  if (!isConfig && !(error instanceof CriError)) throw error
  tell('Warning', 'Failed', `Error: ${message}`)
  if (isMade) return undefined
  const reason =
    error instanceof ConfigError ? error.reason : isConfig ? 'CreateContainerConfigError' : 'CreateContainerError'
  return { reason, message, until: now + waitAfter(countFailure(state, name), configBackoff) }
}

/** Why a pod as a whole waits: its volumes or its network could not be made. */
export function sandboxFailure(context: NodeContext, state: PodState, pod: Pod, error: unknown): Failure {
  const { message } = error as Error
  const until = context.clock.now().getTime() + waitAfter(countFailure(state, ''), podBackoff)
  const tell = teller(context, pod)
  if (error instanceof MountError) {
    tell('Warning', 'FailedMount', message)
    return { reason: 'FailedMount', message, until }
  }
  if (!(error instanceof CriError || error instanceof ConfigError))
    context.log.error('making a sandbox failed', { pod: pod.metadata.name, error })
  tell('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`)
  return { reason: 'FailedCreatePodSandBox', message, until }
}
