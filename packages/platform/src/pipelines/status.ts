import type { Pipeline, Stage, Step as StepStatus } from '@sampan/resources/sampan/pipeline'

export type { Stage, StepStatus }
export type Status = NonNullable<Pipeline['status']>
export type RunState = Status['state']

/** What a stage or step will be no more than it is. */
export const isOver = ({ state }: { state: RunState }) => !['pending', 'running', 'blocked'].includes(state)

/** States that make what contains them fail. */
export const isBad = ({ state }: { state: RunState }) => ['failure', 'error', 'cancelled', 'declined'].includes(state)

export const withStep = (stage: Stage, step: StepStatus): Stage => ({
  ...stage,
  steps: stage.steps.map((each) => (each.name === step.name ? step : each)),
})
