import { bool } from '../../cel/types.ts'
import type { Shown } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import type { CompiledPolicy } from '../policies/compiled.ts'
import { variablesOf, variableTypes } from '../policies/environment.ts'
import { attempt } from '../policies/expressions.ts'
import { conditionsHold } from '../policies/judge.ts'
import type { Webhook } from './rules.ts'

const made = new WeakMap<Webhook, CompiledPolicy['conditions']>()

/** Whether a webhook's `matchConditions` hold for a write, seen as `shown`. Throws ExpressionFailed. */
export function matchConditionsHold(webhook: Webhook, write: Admitted, shown: Shown): boolean {
  let conditions = made.get(webhook)
  if (!conditions) {
    const variables = variableTypes()
    conditions = webhook.matchConditions!.map(({ name, expression }) => ({
      name,
      expression,
      program: attempt(expression, variables, [bool]),
    }))
    made.set(webhook, conditions)
  }
  return conditionsHold(conditions, variablesOf(write, shown))
}
