import type { Pipeline } from '@sampan/resources/sampan/pipeline'

export interface RunStep {
  /** `<stage>/<step>`: what its log is kept under. */
  path: string
  name: string
  title: string
  state: string
  reason?: string
  after: readonly string[]
  startedAt?: string
  finishedAt?: string
  exitCode?: number
  isService: boolean
}

export interface RunStage {
  name: string
  state: string
  reason?: string
  after: readonly string[]
  steps: readonly RunStep[]
}

interface AnyStep {
  name: string
  title?: string
  kind?: string
  state: string
  reason?: string
  after?: readonly string[]
  startedAt?: string
  finishedAt?: string
  exitCode?: number
}

/** The stages of a run. Runs made before there were stages have steps only: they are one stage without a name. */
export function stagesOf({ status }: Pick<Pipeline, 'status'>): RunStage[] {
  const older = (status as { steps?: AnyStep[] } | undefined)?.steps
  const stages = status?.stages ?? (older ? [{ name: '', state: status?.state ?? 'pending', steps: older }] : [])
  return stages.map((stage) => ({
    name: stage.name,
    state: stage.state,
    ...('reason' in stage && stage.reason && { reason: stage.reason }),
    after: ('after' in stage && stage.after) || [],
    steps: stepsFrom(stage.name, stage.steps as AnyStep[]),
  }))
}

/** Steps that say nothing of what they wait for come one after the other; services beside them. */
function stepsFrom(stage: string, steps: readonly AnyStep[]): RunStep[] {
  const isGraph = steps.some(({ after }) => (after?.length ?? 0) > 0)
  let before: string | undefined
  return steps.map((step) => {
    const isService = step.kind === 'service'
    const after = isGraph ? (step.after ?? []) : before && !isService ? [before] : []
    if (!isService) before = step.name
    return {
      path: stage ? `${stage}/${step.name}` : step.name,
      name: step.name,
      title: step.title ?? step.name,
      state: step.state,
      ...(step.reason && { reason: step.reason }),
      after,
      ...(step.startedAt && { startedAt: step.startedAt }),
      ...(step.finishedAt && { finishedAt: step.finishedAt }),
      ...(step.exitCode !== undefined && { exitCode: step.exitCode }),
      isService,
    }
  })
}

/** The step people look for first: what failed, else what runs, else nothing in particular. */
export const firstLook = (stages: readonly RunStage[]): RunStep | undefined => {
  const steps = stages.flatMap((stage) => stage.steps)
  return (
    steps.find(({ state }) => state === 'failure' || state === 'error') ??
    steps.find(({ state, isService }) => state === 'running' && !isService)
  )
}
