import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import { appMembers, initMembers, type Member } from './containers.ts'
import { forkStorm } from './fork-storm.ts'
import { annotations } from './labels.ts'
import { toldAt } from './memory.ts'
import { crashesAfter, mayStartAt, waitBefore } from './restart.ts'
import { currentRound, roundOf, thisRound } from './rounds.ts'
import { type StatusInput, willRestart } from './status.ts'
import { type ContainerView, isRunning, latest, previous } from './view.ts'

export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
type State = NonNullable<ContainerStatus['state']>

const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

export function containerStatus(input: StatusInput, member: Member): ContainerStatus {
  const { view, memory } = input
  const { kind, container } = member
  const newest = latest(view, container.name)
  const isPast = newest?.state === 'exited' && kind !== 'ephemeral' && roundOf(newest) < currentRound(input.pod, view)
  /** Undefined while it has not been started since the pod began anew. */
  const last = isPast ? undefined : newest
  const probes = last && memory.probes.get(last.id)
  const started = isRunning(last) && (probes?.started ?? true)
  const state = stateOf(input, member, last)
  const before = isPast || (newest?.state === 'exited' && !state.terminated) ? newest : previous(view, container.name)
  const told = toldBy(input.pod, container.name)
  if (!newest && told?.containerID && isTerminal(input.pod)) return told
  return {
    name: container.name,
    image: last?.annotations[annotations.image] || last?.image || container.image || '',
    imageID: last?.imageRef ?? '',
    ...(last && { containerID: `containerd://${last.id}` }),
    restartCount: newest?.attempt ?? told?.restartCount ?? 0,
    ready: kind === 'init' ? state.terminated?.exitCode === 0 : started && (probes?.ready ?? true),
    started: kind === 'init' ? false : started,
    state,
    lastState: before?.state === 'exited' ? { terminated: terminated(input, before) } : last ? {} : lostState(told),
    ...(isRunning(last) && given(memory.actuated.get(last!.id) ?? container.resources)),
    ...(container.lifecycle?.stopSignal && { stopSignal: container.lifecycle.stopSignal }),
    ...(container.volumeMounts?.length && {
      volumeMounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
        name,
        mountPath,
        ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
      })),
    }),
  }
}

/** What a running container really has. */
function given(resources: Member['container']['resources']) {
  if (!resources) return {}
  const { requests } = resources
  return { resources, ...(requests && Object.keys(requests).length > 0 && { allocatedResources: requests }) }
}

function toldBy({ status }: Pod, name: string): ContainerStatus | undefined {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(
    (one) => one.name === name,
  )
}

function stateOf(input: StatusInput, { kind, container }: Member, last: ContainerView | undefined): State {
  const { pod, memory, now } = input
  if (isRunning(last)) return { running: { startedAt: at(last!.startedAt) } }
  const failure = memory.failures.get(container.name)
  if (failure && !(last && !willRestart(input, kind, container.name))) return { waiting: toldAt(failure, now) }
  if (last?.state === 'exited') {
    const until = mayStartAt(last)
    if (willRestart(input, kind, container.name) && until > now) {
      const wait = waitBefore(crashesAfter(last)) / 1000
      const title = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
      const text = wait >= 60 ? `${Math.floor(wait / 60)}m${wait % 60}s` : `${wait}s`
      return {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off ${text} restarting failed container=${container.name} pod=${title}`,
        },
      }
    }
    return { terminated: terminated(input, last) }
  }
  const hasInits = initMembers(pod).length > 0
  const isInitialising =
    hasInits && !appMembers(pod).some((app) => latest(thisRound(pod, input.view), app.container.name))
  if (input.isFinished && !isInitialising) return lost()
  return { waiting: { reason: isInitialising && kind !== 'sidecar' ? 'PodInitializing' : 'ContainerCreating' } }
}

/** The runtime has forgotten a container the API remembers. */
function lostState(told: ContainerStatus | undefined): State {
  if (!told?.containerID) return {}
  if (told.state?.terminated) return { terminated: told.state.terminated }
  if (!told.state?.running) return told.lastState ?? {}
  return {
    terminated: { ...unknownEnd, containerID: told.containerID },
  }
}

/** The pod ended before this container ever ran, though its turn had come: upstream calls that a failure. */
const lost = (): State => ({ terminated: { ...unknownEnd } as NonNullable<State['terminated']> })

const unknownEnd = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
}

function terminated(
  { pod, memory, terminationMessages }: StatusInput,
  one: ContainerView,
): NonNullable<State['terminated']> {
  const told = toldEnd(pod, one)
  const verdict = memory.killed?.get(one.id) ?? (told?.reason === forkStorm ? told : undefined)
  const message =
    verdict?.message ||
    terminationMessages.get(one.id) ||
    told?.message ||
    (one.reason !== 'Completed' && one.reason !== 'Error' && one.message)
  return {
    exitCode: one.exitCode,
    reason: verdict?.reason || one.reason || (one.exitCode === 0 ? 'Completed' : 'Error'),
    ...(message && { message }),
    startedAt: at(one.startedAt || one.createdAt),
    finishedAt: at(one.finishedAt),
    containerID: `containerd://${one.id}`,
  }
}

/** After the pod's files are gone the API is the only place that remembers. */
function toldEnd(pod: Pod, one: ContainerView): State['terminated'] {
  const told = toldBy(pod, one.name)
  const states = [told?.state?.terminated, told?.lastState?.terminated]
  return states.find((state) => state?.containerID === `containerd://${one.id}`)
}

/** What the container's message policy is, kept on it because the pod may be gone when it is asked for. */
export const fallsBackToLogs = (one: ContainerView) =>
  one.annotations[annotations.terminationMessagePolicy] === 'FallbackToLogsOnError'
