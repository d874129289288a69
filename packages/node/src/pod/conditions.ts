import type { Pod } from '@sampan/resources/core/pod'
import type { ContainerStatus } from './container-status.ts'
import { initMembers } from './containers.ts'
import type { Ending, PodMemory } from './memory.ts'

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number]
type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

export interface ConditionInput {
  pod: Pod
  phase: string
  inits: readonly ContainerStatus[]
  apps: readonly ContainerStatus[]
  hasNetwork: boolean
  /** All containers are on their way to a new start; undefined where no rule ever asks for that. */
  beginsAnew?: boolean
  now: number
  resizePending?: PodMemory['resizePending']
  resizing?: boolean
  resizeFailed?: PodMemory['resizeFailed']
  ended?: Ending
}

/** The node's conditions of a pod, and those of others as they were. A time changes only when the status does. */
export function conditionsOf(input: ConditionInput): Condition[] {
  const { pod, now } = input
  const before = pod.status?.conditions ?? []
  const own = verdicts(input).map((verdict): Condition => {
    const old = before.find(({ type }) => type === verdict.type)
    const stays = old?.status === verdict.status && old.lastTransitionTime
    return {
      ...verdict,
      observedGeneration: pod.metadata.generation,
      lastProbeTime: null as never,
      lastTransitionTime: stays ? old.lastTransitionTime : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    }
  })
  const others = before.filter(({ type }) => !own.some((one) => one.type === type) && !resizeTypes.includes(type))
  return [...own, ...others]
}

/** Only there while they hold. */
const resizeTypes = ['PodResizePending', 'PodResizeInProgress']

function verdicts({
  pod,
  phase,
  inits,
  apps,
  hasNetwork,
  beginsAnew,
  resizePending,
  resizing,
  resizeFailed,
  ended,
}: ConditionInput): Verdict[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const unready = apps.filter(({ ready }) => !ready).map(({ name }) => name)
  const sidecarsUnready = inits
    .filter((status, index) => initMembers(pod)[index]?.kind === 'sidecar' && !status.ready)
    .map(({ name }) => name)
  const ready = readyVerdict(phase, [...sidecarsUnready, ...unready])
  return [
    { type: 'PodReadyToStartContainers', status: hasNetwork ? 'True' : 'False' },
    initialized(pod, phase, inits, apps),
    gated(pod, { type: 'Ready', ...ready }, isOver),
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
    ...(beginsAnew === undefined ? [] : [allRestarting(phase, beginsAnew)]),
    ...(resizePending ? [{ type: 'PodResizePending', status: 'True', ...resizePending }] : []),
    ...(resizing || resizeFailed
      ? [
          {
            type: 'PodResizeInProgress',
            status: 'True',
            ...(resizeFailed && { reason: 'Error', message: resizeFailed.message }),
          },
        ]
      : []),
    ...(ended?.isDisruption
      ? [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: ended.message }]
      : []),
  ]
}

function allRestarting(phase: string, beginsAnew: boolean): Verdict {
  const type = 'AllContainersRestarting'
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' }
  if (!beginsAnew) return { type, status: 'False' }
  const message = 'container exited with restart policy rule'
  return { type, status: 'True', reason: 'RestartAllContainersStarted', message }
}

function readyVerdict(phase: string, unready: readonly string[]): Omit<Verdict, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  if (unready.length === 0) return { status: 'True' }
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  }
}

function initialized(
  pod: Pod,
  phase: string,
  inits: readonly ContainerStatus[],
  apps: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' }
  const haveAppsBegun = apps.some(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  )
  const waiting = inits
    .filter((status, index) =>
      initMembers(pod)[index]?.kind === 'sidecar' ? !status.started : status.state?.terminated?.exitCode !== 0,
    )
    .map(({ name }) => name)
  if (waiting.length === 0 || haveAppsBegun) return { type: 'Initialized', status: 'True' }
  return {
    type: 'Initialized',
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${waiting.join(' ')}]`,
  }
}

/** Readiness gates: conditions others must set before the pod counts as ready. */
function gated(pod: Pod, ready: Verdict, isOver: boolean): Verdict {
  if (ready.status !== 'True' || isOver) return ready
  const missing = (pod.spec.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => pod.status?.conditions?.find((one) => one.type === type)?.status !== 'True')
  if (missing.length === 0) return ready
  return {
    type: 'Ready',
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: `the status of pod readiness gate "${missing[0]}" is not "True", but False`,
  }
}
