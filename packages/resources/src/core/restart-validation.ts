import { oneOf, type Problems } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Container = Pod['spec']['containers'][number]

const actions = ['Restart', 'RestartAllContainers']
const operators = ['In', 'NotIn']
const mostRules = 20
const mostCodes = 255

/** The rules of a container that come before its restart policy. */
export function* restartProblems(at: string, { restartPolicy, restartPolicyRules = [] }: Container): Problems {
  if (restartPolicyRules.length > 0 && restartPolicy === undefined) yield required(`${at}.restartPolicy`)
  if (restartPolicyRules.length > mostRules)
    yield invalidValue(`${at}.restartPolicyRules`, restartPolicyRules.length, `must have at most ${mostRules} items`)
  for (const [index, { action, exitCodes }] of restartPolicyRules.entries()) {
    const here = `${at}.restartPolicyRules[${index}]`
    yield* oneOf(`${here}.action`, action, actions)
    if (!exitCodes) {
      yield required(`${here}.exitCodes`)
      continue
    }
    yield* oneOf(`${here}.exitCodes.operator`, exitCodes.operator, operators)
    const codes = exitCodes.values ?? []
    if (codes.length > mostCodes)
      yield invalidValue(`${here}.exitCodes.values`, codes.length, `must have at most ${mostCodes} items`)
  }
}
