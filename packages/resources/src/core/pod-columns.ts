import { since } from '../columns.ts'
import { isTrue } from '../conditions.ts'
import type { Column } from '../define.ts'
import type { Pod } from './pod.ts'
import { isSidecar, isTerminal, podIP } from './pod-state.ts'

type Status = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** What kubectl shows of a pod: computed from its containers, not just its phase. */
export interface PodSummary {
  ready: number
  total: number
  status: string
  restarts: number
  lastRestart?: string
}

/** The rules of kubectl's printer, so that STATUS and RESTARTS read as users expect. */
export function summaryOf(pod: Pod): PodSummary {
  const status = pod.status ?? {}
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name))
  const isGated = status.conditions?.some((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated')
  const summary: PodSummary = {
    ready: 0,
    total: (pod.spec.containers?.length ?? 0) + sidecars.size,
    status: isGated ? 'SchedulingGated' : status.reason || status.phase || '',
    restarts: 0,
  }
  const initial = initStatuses(pod, sidecars, summary)
  if (!initial.isInitializing || isTrue(pod, 'Initialized')) {
    summary.restarts = initial.sidecarRestarts
    summary.lastRestart = initial.sidecarLast
    mainStatuses(pod, summary)
  }
  if (pod.metadata.deletionTimestamp && status.reason === 'NodeLost') summary.status = 'Unknown'
  else if (pod.metadata.deletionTimestamp && !isTerminal(pod)) summary.status = 'Terminating'
  return summary
}

function initStatuses(pod: Pod, sidecars: Set<string>, summary: PodSummary) {
  let sidecarRestarts = 0
  let sidecarLast: string | undefined
  for (const [at, one] of (pod.status?.initContainerStatuses ?? []).entries()) {
    summary.restarts += one.restartCount
    summary.lastRestart = later(summary.lastRestart, one)
    if (sidecars.has(one.name)) {
      sidecarRestarts += one.restartCount
      sidecarLast = later(sidecarLast, one)
    }
    const { terminated, waiting } = one.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (sidecars.has(one.name) && one.started) {
      if (one.ready) summary.ready++
      continue
    }
    if (terminated) summary.status = `Init:${terminated.reason || exitText(terminated)}`
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.status = `Init:${waiting.reason}`
    else summary.status = `Init:${at}/${pod.spec.initContainers?.length ?? 0}`
    return { isInitializing: true, sidecarRestarts, sidecarLast }
  }
  return { isInitializing: false, sidecarRestarts, sidecarLast }
}

function mainStatuses(pod: Pod, summary: PodSummary): void {
  let hasRunning = false
  for (const one of (pod.status?.containerStatuses ?? []).toReversed()) {
    summary.restarts += one.restartCount
    summary.lastRestart = later(summary.lastRestart, one)
    const { waiting, terminated, running } = one.state ?? {}
    if (waiting?.reason) summary.status = waiting.reason
    else if (terminated) summary.status = terminated.reason || exitText(terminated)
    else if (one.ready && running) {
      hasRunning = true
      summary.ready++
    }
  }
  if (summary.status === 'Completed' && hasRunning) summary.status = isTrue(pod, 'Ready') ? 'Running' : 'NotReady'
}

const exitText = ({ signal, exitCode }: { signal?: number; exitCode: number }) =>
  signal ? `Signal:${signal}` : `ExitCode:${exitCode}`

function later(before: string | undefined, one: Status): string | undefined {
  const ended = one.lastState?.terminated?.finishedAt
  return ended && (!before || ended > before) ? ended : before
}

export const podColumns: readonly Column<Pod>[] = [
  {
    name: 'Ready',
    value: (one) => {
      const { ready, total } = summaryOf(one)
      return `${ready}/${total}`
    },
  },
  { name: 'Status', value: (one) => summaryOf(one).status },
  {
    name: 'Restarts',
    value: (one, now) => {
      const { restarts, lastRestart } = summaryOf(one)
      return restarts > 0 && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
    },
  },
  { name: 'Age', value: (one, now) => since(one.metadata.creationTimestamp, now) },
  { name: 'IP', wide: true, value: (one) => podIP(one) ?? '<none>' },
  { name: 'Node', wide: true, value: (one) => one.spec.nodeName || '<none>' },
  { name: 'Nominated Node', wide: true, value: (one) => one.status?.nominatedNodeName || '<none>' },
  {
    name: 'Readiness Gates',
    wide: true,
    value: (one) => {
      const gates = one.spec.readinessGates ?? []
      return gates.length === 0
        ? '<none>'
        : `${gates.filter(({ conditionType }) => isTrue(one, conditionType)).length}/${gates.length}`
    },
  },
]
