import type { Pod } from '@sampan/resources/core/pod'
import { containerOf, wasInterrupted } from '../observe.ts'
import { obstaclePatienceMs } from '../obstacle.ts'
import type { Limits } from '../settings.ts'
import { isOver, type StepStatus } from '../status.ts'
import { stepFailure, waitingStep } from '../step-failure.ts'
import { earlyExit } from './decide.ts'

export interface Seen {
  step: StepStatus
  /** What it waits for, in words. */
  waits?: string
  /** It ended badly: its last lines may say more. */
  explain?: (lines: readonly string[]) => string
}

/** What a step is, by its pod. Pure; a step that is over stays as it is. */
export function observeStepPod(
  step: StepStatus,
  found: Pod,
  {
    container = 'step',
    limits,
    now,
    commands,
  }: { container?: string; limits: Limits; now: Date; commands: readonly string[] },
): Seen {
  if (isOver(step)) return { step }
  const status = containerOf(found, container)
  const { running, terminated } = status?.state ?? {}
  const at = { pod: found.metadata.name, container }
  const pod = { podReason: found.status?.reason, podMessage: found.status?.message }
  if (wasInterrupted(found, container)) {
    const finishedAt = terminated?.finishedAt ?? now.toISOString()
    return { step: { ...step, ...at, state: 'error', finishedAt, reason: 'the node lost it' } }
  }
  if (terminated) {
    const { exitCode, startedAt, finishedAt, reason, message } = terminated
    const isGood = exitCode === 0 || exitCode === earlyExit
    const { reason: _, ...rest } = step
    const ended: StepStatus = {
      ...rest,
      ...at,
      state: isGood ? 'success' : 'failure',
      startedAt: startedAt ?? step.startedAt,
      finishedAt: finishedAt ?? now.toISOString(),
      exitCode,
    }
    if (isGood) return { step: ended }
    const hasStarted = reason !== 'StartError' && reason !== 'ContainerCannotRun'
    const given = { exitCode, reason, message, ...pod, limits, commands }
    return {
      step: { ...ended, state: hasStarted ? 'failure' : 'error' },
      explain: (lines) => stepFailure({ ...given, lines }),
    }
  }
  if (found.status?.phase === 'Failed') {
    return {
      step: { ...step, ...at, state: 'failure', finishedAt: now.toISOString() },
      explain: (lines) => stepFailure({ ...pod, limits, commands, lines }),
    }
  }
  if (running) {
    const { reason: _, ...rest } = step
    return { step: { ...rest, ...at, state: 'running', startedAt: running.startedAt ?? step.startedAt } }
  }
  const { fatal, waits = unscheduled(found), isVague } = waitingStep(status)
  const failed = (reason: string): Seen => ({
    step: { ...step, state: 'error', finishedAt: now.toISOString(), reason },
  })
  if (fatal) return failed(fatal)
  const isLate = now.getTime() - Date.parse(found.metadata.creationTimestamp ?? '') > obstaclePatienceMs
  const known = isVague ? (step.reason ?? waits) : (waits ?? step.reason)
  if (known && isLate) return failed(known)
  return known ? { step: { ...step, reason: known }, waits: known } : { step }
}

function unscheduled({ status }: Pod): string | undefined {
  const found = status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (!found) return undefined
  const { message = '' } = found
  const short = /Insufficient (cpu|memory|ephemeral-storage|pods)/.exec(message)?.[1]
  if (short)
    return `the machine has no room: ${short === 'pods' ? 'it runs as many pods as it may' : `not enough ${short}`}`
  return `no machine takes it: ${message || found.reason || 'no reason was given'}`
}
