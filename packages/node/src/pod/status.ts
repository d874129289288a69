import { isTerminal, type Pod } from '@sampan/resources/core/pod'
import { qosClassOf } from '@sampan/resources/core/pod-resources'
import { hasRunToEnd, isPastDeadline, mustEnd, type Situation } from './actions.ts'
import { conditionsOf } from './conditions.ts'
import { type ContainerStatus, containerStatus } from './container-status.ts'
import { appMembers, ephemeralMembers, initMembers } from './containers.ts'
import { wantsRestart } from './restart.ts'
import { currentRound, mayBeginAnew, thisRound, triggerOf } from './rounds.ts'
import { latest } from './view.ts'

export type PodStatus = NonNullable<Pod['status']>

export interface StatusInput extends Situation {
  hostIP: string
  /** What containers left behind when they ended, by container id. */
  terminationMessages: ReadonlyMap<string, string>
  /** Nothing runs any more and nothing will. */
  isFinished: boolean
}

/** The whole status of a pod as this node sees it; conditions of others are kept. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, view, memory, hostIP, now } = input
  const before = pod.status ?? {}
  const inits = initMembers(pod).map((member) => containerStatus(input, member))
  const apps = appMembers(pod).map((member) => containerStatus(input, member))
  const ephemerals = ephemeralMembers(pod).map((member) => containerStatus(input, member))
  const sandbox = view.sandboxes[0]
  const phase = phaseOf(input, inits, apps)
  const ips = ipsOf(input)
  const ended = endingOf(input)
  return {
    ...before,
    observedGeneration: pod.metadata.generation,
    phase,
    conditions: conditionsOf({
      pod,
      phase,
      inits,
      apps,
      hasNetwork: Boolean(sandbox?.isReady),
      beginsAnew: mayBeginAnew(pod) ? triggerOf(pod, view) !== undefined : undefined,
      now,
      ...resizeOf(input),
    }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(ips.length > 0 && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: before.startTime ?? new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(!isRejected(input) && {
      ...(inits.length > 0 && { initContainerStatuses: inits }),
      containerStatuses: apps,
    }),
    ...(ephemerals.length > 0 && { ephemeralContainerStatuses: ephemerals }),
    ...(memory.actuatedPod && {
      resources: memory.actuatedPod,
      ...(memory.actuatedPod.requests && { allocatedResources: memory.actuatedPod.requests }),
    }),
    qosClass: before.qosClass ?? qosClassOf(pod),
    ...(ended && { reason: ended.reason, message: ended.message }),
  }
}

const resizeOf = ({ memory: { resizePending, resizing, resizeFailed, ended } }: StatusInput) => ({
  resizePending,
  resizing,
  resizeFailed,
  ended,
})

/** Terminal phases never revert; a deleted pod gets one when its last container has ended. */
function phaseOf(input: StatusInput, inits: ContainerStatus[], apps: ContainerStatus[]): string {
  const { pod, view } = input
  if (isTerminal(pod)) return pod.status!.phase!
  if (input.memory.ended || (isPastDeadline(pod, input.now) && input.isFinished)) return 'Failed'
  if (hasRunToEnd(input) && (input.isFinished || !hasSidecarRunning(input))) {
    const failedInit = inits.some(
      (status, index) => initMembers(pod)[index]!.kind === 'init' && (status.state?.terminated?.exitCode ?? 0) !== 0,
    )
    return failedInit || apps.some((status) => (status.state?.terminated?.exitCode ?? 1) !== 0) ? 'Failed' : 'Succeeded'
  }
  if (input.isFinished && pod.metadata.deletionTimestamp) {
    const exits = apps.map((status) => (status.state?.terminated ?? status.lastState?.terminated)?.exitCode)
    return exits.every((code) => code === 0) ? 'Succeeded' : 'Failed'
  }
  // A pod that begins anew has not gone back to where it was before it ever ran.
  if (currentRound(pod, view) > 0) return 'Running'
  const initsThrough = initMembers(pod).every((member, index) => {
    const status = inits[index]!
    if (member.kind === 'sidecar')
      return status.started === true || (latest(view, member.container.name) && anyApp(input))
    return status.state?.terminated?.exitCode === 0
  })
  if (!initsThrough && !anyApp(input)) return 'Pending'
  const haveAllStarted = apps.every(
    (status) => status.state?.running || status.state?.terminated || status.lastState?.terminated,
  )
  if (haveAllStarted) return 'Running'
  return pod.status?.phase === 'Running' && anyApp(input) ? 'Running' : 'Pending'
}

const anyApp = ({ pod, view }: StatusInput) =>
  appMembers(pod).some(({ container }) => latest(thisRound(pod, view), container.name))

const hasSidecarRunning = ({ pod, view }: StatusInput) =>
  initMembers(pod).some(
    ({ kind, container }) => kind === 'sidecar' && latest(view, container.name)?.state === 'running',
  )

function ipsOf({ pod, view, hostIP }: StatusInput): readonly string[] {
  const sandbox = view.sandboxes[0]
  if (pod.spec.hostNetwork) return sandbox ? [hostIP] : []
  if (sandbox?.isReady) return sandbox.ips
  return pod.status?.podIPs?.flatMap(({ ip }) => (ip ? [ip] : [])) ?? []
}

function endingOf({ pod, memory, now }: StatusInput) {
  if (isTerminal(pod)) return undefined
  if (memory.ended) return memory.ended
  if (isPastDeadline(pod, now)) return deadlineExceeded
  return undefined
}

export const deadlineExceeded = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}

/** Never let in by the node, told by us or by an agent before us: it has no containers. */
const isRejected = ({ pod, memory }: StatusInput) =>
  memory.ended?.isRejected ?? (isTerminal(pod) && (pod.status?.message ?? '').startsWith(rejection))

/** How the message of a pod begins that the node did not let in. */
export const rejection = 'Pod was rejected: '

/** Whether a container that exited will start again: decides between `terminated` and `waiting`. */
export const willRestart = (input: StatusInput, kind: Parameters<typeof wantsRestart>[1], name: string) => {
  const last = latest(input.view, name)
  return last?.state === 'exited' && !mustEnd(input) && wantsRestart(input.pod, kind, last)
}
