import { isBad, isOver, type RunState, type Stage, type StepStatus } from '../status.ts'
import type { Entry } from './entries.ts'

/** The exit code of a step that ends its pipeline early and well. */
export const earlyExit = 78

export interface StageDecision {
  /** Entries whose time has come. */
  start: string[]
  /** Entries that will not run. */
  skip: string[]
  /** Nothing is left to wait for: what the stage is, and what runs is stopped. */
  end?: Extract<RunState, 'success' | 'failure' | 'error'>
}

/** Whether what happened to this step makes its stage fail. */
export const counts = (step: StepStatus) =>
  // What runs aside may end as it likes, but it must have been able to start.
  isBad(step) && (!step.ignored || (step.state === 'error' && isAside(step)))

const isAside = ({ kind, detach }: StepStatus) => kind === 'service' || detach === true

/**
 * What a running stage does next. Pure: entries as the file has them, steps as they are. `parallel`: how many may run at
 * once besides those that run aside.
 */
export function decideStage(
  entries: readonly Entry[],
  stage: Stage,
  parallel = Number.POSITIVE_INFINITY,
): StageDecision {
  const steps = new Map(stage.steps.map((step) => [step.name, step]))
  const isFailing = stage.steps.some(counts)
  const pending = entries.filter(({ name }) => steps.get(name)?.state === 'pending')
  const exited = stage.steps.some(({ state, exitCode }) => state === 'success' && exitCode === earlyExit)
  const isStopped = entries.some(({ name, failure }) => {
    const step = steps.get(name)
    return failure === 'fail-fast' && step && isBad(step)
  })
  if (exited || isStopped) return { start: [], skip: pending.map(({ name }) => name), end: endOf(stage) }

  const skipped = new Set<string>()
  const start: string[] = []
  const isDone = (name: string) => {
    const step = steps.get(name)
    // A name that is not here was left out by its condition, or the clone is disabled.
    if (!step || skipped.has(name)) return true
    return isOver(step) || (isAside(step) && step.state === 'running')
  }
  // What steps may want to speak to has begun before them.
  const areServicesUp = entries.every(({ name, kind, after }) => {
    const step = steps.get(name)
    return kind !== 'service' || !step || isDone(name) || !after.every(isDone)
  })
  const began = ({ state, pod }: StepStatus) => state === 'running' || (state === 'pending' && pod !== undefined)
  let free = parallel - stage.steps.filter((step) => began(step) && !isAside(step)).length
  for (const entry of pending) {
    if (steps.get(entry.name)?.pod || !entry.after.every(isDone)) continue
    if (entry.kind === 'step' || entry.kind === 'image') if (!areServicesUp) continue
    const isWanted = entry.runsOn === 'always' || (entry.runsOn === 'on-failure') === isFailing
    if (!isWanted) skipped.add(entry.name)
    else if (entry.isDetached || free-- > 0) start.push(entry.name)
  }
  const skip = [...skipped]
  const isLeft = entries.some(({ name, isDetached }) => {
    const step = steps.get(name)
    return step && !isDetached && !isOver(step) && !skipped.has(name)
  })
  return isLeft ? { start, skip } : { start: [], skip, end: endOf(stage) }
}

const endOf = ({ steps }: Stage) => {
  const bad = steps.filter(counts)
  if (bad.some(({ state }) => state === 'error')) return 'error'
  return bad.length > 0 ? 'failure' : 'success'
}

/** What a stage that waits does next: `undefined` goes on waiting. */
export function decideWaiting(
  stage: Stage,
  stages: readonly Stage[],
  wants: { onSuccess: boolean; onFailure: boolean },
): 'start' | 'skip' | undefined {
  // What waits for nobody is not judged by what others came to while it waited for its turn.
  if ((stage.after ?? []).length === 0) return 'start'
  const byName = new Map(stages.map((one) => [one.name, one]))
  const isReady = (stage.after ?? []).every((name) => {
    const other = byName.get(name)
    return !other || isOver(other)
  })
  if (!isReady) return undefined
  // Not only those it waits for: whatever failed so far makes the build one that fails.
  const isFailing = stages.some(isBad)
  return (isFailing ? wants.onFailure : wants.onSuccess) ? 'start' : 'skip'
}
