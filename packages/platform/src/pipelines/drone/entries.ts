import { isImageBuilder } from '@sampan/drone/image-build'
import type { PlannedPipeline, PlannedStep, RunsOn } from '@sampan/drone/plan'
import type { StepStatus } from '../status.ts'

/** One thing a stage runs: the clone, a service or a step, in the order of the file. */
export interface Entry {
  name: string
  kind: NonNullable<StepStatus['kind']>
  after: readonly string[]
  runsOn: RunsOn
  /** Started, not waited for. */
  isDetached: boolean
  failure: PlannedStep['failure']
  /** What the file says; the clone has none. */
  step?: PlannedStep
}

export const cloneName = 'clone'

/** The entries that this build selects. */
export function entriesOf(planned: PlannedPipeline): Entry[] {
  const from = (step: PlannedStep, isService: boolean): Entry => ({
    name: step.name,
    kind: isService ? 'service' : isOurs(step) ? 'image' : isClone(step) ? 'clone' : 'step',
    after: step.after,
    runsOn: step.runsOn,
    isDetached: isService || step.detach,
    failure: step.failure,
    step,
  })
  return [
    ...(planned.clone.enabled ? [cloneEntry] : []),
    ...planned.services.filter(({ selected }) => selected).map((step) => from(step, true)),
    ...planned.steps.filter(({ selected }) => selected).map((step) => from(step, false)),
  ]
}

const cloneEntry: Entry = {
  name: cloneName,
  kind: 'clone',
  after: [],
  runsOn: 'always',
  isDetached: false,
  failure: 'fail',
}

/** An image build that our builder does: with commands of its own it is a step like any other. */
export const isOurs = (step: PlannedStep) =>
  step.commands.length === 0 && step.entrypoint.length === 0 && isImageBuilder(step.image)

/** A clone written as a step, as people do who disabled the implicit one. */
export const isClone = (step: PlannedStep) =>
  step.commands.length === 0 && /^(?:docker\.io\/)?(?:drone\/git|plugins\/git)(?::|@|$)/.test(step.image)
