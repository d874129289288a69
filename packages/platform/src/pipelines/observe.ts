import type { Pod } from '@sampan/resources/core/pod'
import { isOver, type StepStatus } from './status.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** A step's container, init or not. */
export function containerOf(pod: Pod, name: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name)
}

/** The step as its container is now. What a step once was, it stays when its container can no longer be seen. */
export function observedStep(step: StepStatus, pod: Pod | undefined, container = step.name): StepStatus {
  if (!pod || isOver(step)) return step
  const { running, terminated } = containerOf(pod, container)?.state ?? {}
  const at = { pod: pod.metadata.name, container }
  if (terminated) {
    return {
      ...step,
      ...at,
      state: terminated.exitCode === 0 ? 'success' : 'failure',
      startedAt: terminated.startedAt ?? step.startedAt,
      finishedAt: terminated.finishedAt,
      exitCode: terminated.exitCode,
    }
  }
  if (running) return { ...step, ...at, state: 'running', startedAt: running.startedAt ?? step.startedAt }
  return step
}

/** What keeps a pod from running, in the words of whoever holds it up; undefined when nothing does. */
export function obstacleOf(pod: Pod): string | undefined {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const unscheduled = conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False')
  if (unscheduled) return `no room on the node: ${unscheduled.message ?? unscheduled.reason ?? 'it said no more'}`
  const ordinary = ['ContainerCreating', 'PodInitializing', undefined]
  const waiting = [...initContainerStatuses, ...containerStatuses]
    .map((one) => one.state?.waiting)
    .find((one) => one && !ordinary.includes(one.reason))
  return waiting && `${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`
}

/** Ends that say nothing about the build: the node went down, or threw the pod out. */
export function wasInterrupted(pod: Pod, step: string): boolean {
  const { reason } = pod.status ?? {}
  if (
    reason &&
    ['NodeLost', 'NodeShutdown', 'Terminated', 'Shutdown', 'UnexpectedAdmissionError', 'NodeAffinity'].includes(reason)
  ) {
    return true
  }
  const ended = containerOf(pod, step)?.state?.terminated
  return ended?.reason === 'ContainerStatusUnknown' || (ended?.exitCode === 255 && ended.reason === 'Unknown')
}

export interface Result {
  digest: string
  exposedPort?: number
  tags?: string[]
}

/** What a build left in its termination message; undefined when that is no result. */
export function resultOf(pod: Pod, step: string): Result | undefined {
  const message = containerOf(pod, step)?.state?.terminated?.message ?? ''
  try {
    const { digest, ports = [], tags } = JSON.parse(message) as { digest?: string; ports?: string[]; tags?: string[] }
    if (!digest || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined
    const exposedPort = exposedTcpPort(ports)
    return { digest, ...(exposedPort && { exposedPort }), ...(tags && { tags }) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The lowest TCP port of those an image exposes, written as `8080` or `8080/tcp`. */
export const exposedTcpPort = (ports: readonly string[]): number | undefined =>
  ports
    .filter((port) => !port.endsWith('/udp'))
    .map((port) => Number.parseInt(port, 10))
    .filter((port) => port > 0)
    .toSorted((a, b) => a - b)[0]
