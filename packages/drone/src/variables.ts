import type { BuildContext, StageContext, StepContext } from './build-context.ts'

/** Every DRONE_* and CI_* variable of one step. Without `step`, those of its stage. */
export function stepVariables(
  _context: BuildContext,
  _stage: StageContext,
  _step?: StepContext,
): Record<string, string> {
  throw new Error('not written yet')
}
