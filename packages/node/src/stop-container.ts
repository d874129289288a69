import { availableParallelism, constants, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { selectsMap } from '@sampan/kit/selectors'
import { isReady, type Pod } from '@sampan/resources/core/pod'
import { type Service, service } from '@sampan/resources/core/service'
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

/**
 * How long what leads to a pod may take to leave it out (the service table, the ingress, who keeps a list of endpoints),
 * and requests that were let in before to be answered.
 */
const leaveMs = 500
/** On a busy machine all of that takes longer: at most so many times. */
const mostTimes = 6

/** `load`: how many programs want each processor. */
export const leaveTime = (load: number, left: number) =>
  Math.min(leaveMs * Math.min(mostTimes, Math.max(1, load)), left / 2)

const loadNow = () => loadavg()[0]! / availableParallelism()

/**
 * Programs that end at the first signal would refuse the connections that were on their way: a container that serves, of
 * a pod that is being deleted with time to spare, hears of it a moment after everybody else. `services` are those of its
 * namespace, `left` the milliseconds it has.
 */
export function servesUntilNow(pod: Pod, name: string, services: readonly Service[], left: number): boolean {
  const { deletionTimestamp, labels } = pod.metadata
  if (!deletionTimestamp || left < 2 * leaveMs || !isReady(pod)) return false
  const member = memberNamed(pod, name)
  if (member?.kind !== 'app' || member.container.lifecycle?.preStop) return false
  return services.some(({ spec }) => selectsMap(spec.selector, labels))
}

/** preStop hook, stop signal, and SIGKILL at the deadline. Resolves when the container has ended. */
export async function stopContainer(context: NodeContext, pod: Pod, view: PodView, stop: StopInput): Promise<void> {
  const { cri, clock } = context
  const { id, name, deadline } = stop
  const tell = teller(context, pod, name)
  const container = memberNamed(pod, name)?.container
  const hook = container?.lifecycle?.preStop
  const left = () => Math.max(0, deadline - clock.now().getTime())
  if (!stop.isRepeat) tell('Normal', 'Killing', stop.reason || `Stopping container ${name}`)
  const services = context.caches.of(service).list(pod.metadata.namespace)
  if (!stop.isRepeat && servesUntilNow(pod, name, services, left())) await sleep(leaveTime(loadNow(), left()))
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
  const signal = signalNumber(container?.lifecycle?.stopSignal)
  if (signal !== undefined) {
    if (!stop.isRepeat) await context.containerd.signal(id, signal)
    await ended(context, pod, id, () => Math.max(left(), least * 1000))
    least = 0
  }
  const timeout = signal === undefined ? Math.max(least, Math.ceil(left() / 1000)) : 0
  try {
    await cri.call('StopContainer', { containerId: id, timeout }, { timeoutMs: timeout * 1000 + 60_000 })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

const firstRealTime = 34
const lastRealTime = 64
const lookMs = 50

/** `SIGUSR1`, `SIGRTMIN+3`, `SIGRTMAX-1` as the kernel numbers them; undefined for none. */
export function signalNumber(name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const [, end, offset] = /^SIGRT(MIN|MAX)([+-]\d+)?$/.exec(name) ?? []
  if (end) return (end === 'MIN' ? firstRealTime : lastRealTime) + Number(offset ?? 0)
  return constants.signals[name as keyof typeof constants.signals]
}

/** Resolves when the container has ended or its time has. CRI of this age knows no signal but the image's own. */
async function ended({ view }: NodeContext, { metadata }: Pod, id: string, left: () => number): Promise<void> {
  const isAlive = () => view.of(metadata.uid ?? '')?.containers.some((one) => one.id === id && one.state !== 'exited')
  while (left() > 0 && isAlive()) await sleep(Math.min(lookMs, left()))
}
