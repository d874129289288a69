import { amount, labelSelector, optionalOneOf, type Problems } from '../check.ts'
import { invalidValue } from '../problem.ts'
import type { PodDisruptionBudget } from './pod-disruption-budget.ts'

export function* budgetProblems({ spec }: PodDisruptionBudget): Problems {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
    yield invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')
  yield* amount('spec.minAvailable', spec.minAvailable, true)
  yield* amount('spec.maxUnavailable', spec.maxUnavailable, true)
  yield* labelSelector('spec.selector', spec.selector)
  yield* optionalOneOf('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, [
    'AlwaysAllow',
    'IfHealthyBudget',
  ])
}
