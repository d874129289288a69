import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { isGone } from './cri/client.ts'
import { HookFailed, runHook } from './hooks.ts'
import { memberNamed } from './pod/containers.ts'
import type { PodView } from './pod/view.ts'
import { addressOf, teller } from './start-container.ts'

export interface StopInput {
  id: string
  name: string
  reason: string
  /** When it is killed; ms since 1970. */
  deadline: number
  /** Told to stop before: only the time changed. */
  isRepeat: boolean
}

/** What a container gets after its preStop hook even when that ate all the time. */
const leastSeconds = 2

/** preStop hook, stop signal, and SIGKILL at the deadline. Resolves when the container has ended. */
export async function stopContainer(context: NodeContext, pod: Pod, view: PodView, stop: StopInput): Promise<void> {
  const { cri, clock } = context
  const { id, name, deadline } = stop
  const tell = teller(context, pod, name)
  const container = memberNamed(pod, name)?.container
  const hook = container?.lifecycle?.preStop
  const left = () => Math.max(0, deadline - clock.now().getTime())
  if (!stop.isRepeat) tell('Normal', 'Killing', stop.reason || `Stopping container ${name}`)
  let least = 0
  if (hook && container && !stop.isRepeat && left() > 0) {
    least = leastSeconds
    try {
      await runHook(hook, {
        cri,
        container,
        containerId: id,
        podIP: addressOf(context, pod, view.sandboxes[0]),
        timeoutMs: left(),
      })
    } catch (error) {
      if (!(error instanceof HookFailed)) throw error
      tell('Warning', 'FailedPreStopHook', 'PreStopHook failed')
    }
  }
  const timeout = Math.max(least, Math.ceil(left() / 1000))
  try {
    await cri.call('StopContainer', { containerId: id, timeout }, { timeoutMs: timeout * 1000 + 60_000 })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
