import type { KubeObject } from '@sampan/resources/meta'
import { Budget } from '../../cel/program.ts'
import { dynamic, plain, type Value } from '../../cel/values.ts'
import type { Shown } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import { type CompiledPolicy, compiledPolicy } from './compiled.ts'
import { variablesOf } from './environment.ts'
import { ExpressionFailed, lazyVariables, type Policy, perConditions, perPolicy, run } from './expressions.ts'

/** One reason why a policy refuses. */
export interface Denial {
  message: string
  reason?: string
  /** Which validation. */
  index: number
}

export interface Verdict {
  denials: Denial[]
  /** For the audit event. */
  annotations: { key: string; value: string }[]
}

/** Whether all conditions hold: one that fails to be evaluated counts only when none says no. Throws ExpressionFailed. */
export function conditionsHold(conditions: CompiledPolicy['conditions'], variables: Record<string, Value>): boolean {
  const budget = new Budget(perConditions)
  const errors: string[] = []
  for (const { program, expression } of conditions) {
    try {
      if (run(program, expression, variables, budget) !== true) return false
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error
      errors.push(error.message)
    }
  }
  if (errors.length > 0) throw new ExpressionFailed(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`)
  return true
}

/** The variables of a policy's expressions for one write and one parameter. */
export function policyVariables(
  policy: Policy,
  write: Admitted,
  shown: Shown,
  param: KubeObject | undefined,
): { conditions: Record<string, Value>; all: Record<string, Value>; budget: Budget } {
  const budget = new Budget(perPolicy)
  const base = { ...variablesOf(write, shown), ...(policy.spec.paramKind && { params: dynamic(param ?? null) }) }
  const variables = lazyVariables(compiledPolicy(policy).variables, base, budget)
  return { conditions: base, all: { ...base, variables }, budget }
}

/** What a validating policy says of a write. */
export function judge(policy: Policy, write: Admitted, shown: Shown, param: KubeObject | undefined): Verdict {
  const { spec } = policy
  const isLenient = spec.failurePolicy === 'Ignore'
  const compiled = compiledPolicy(policy)
  const { conditions, all, budget } = policyVariables(policy, write, shown, param)
  const nothing: Verdict = { denials: [], annotations: [] }
  try {
    if (!conditionsHold(compiled.conditions, conditions)) return nothing
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error
    return isLenient ? nothing : { denials: [{ message: error.message, index: 0 }], annotations: [] }
  }
  const denials: Denial[] = []
  for (const [index, { program, message }] of compiled.validations.entries()) {
    const { expression, reason, message: text } = spec.validations![index]!
    try {
      if (run(program, expression, all, budget) === true) continue
      denials.push({
        index,
        ...(reason && { reason }),
        message:
          messageFrom(message, spec.validations![index]!.messageExpression, all, budget) ??
          (text?.trim() || `failed expression: ${expression.trim()}`),
      })
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error
      if (!isLenient) denials.push({ index, message: error.message })
    }
  }
  return { denials, annotations: annotationsOf(policy, compiled, all, denials) }
}

const longestMessage = 5 * 1024

function messageFrom(
  program: CompiledPolicy['validations'][number]['message'],
  source: string | undefined,
  variables: Record<string, Value>,
  budget: Budget,
): string | undefined {
  if (!program) return undefined
  try {
    const made = run(program, source!, variables, budget)
    const text = typeof made === 'string' ? made.trim() : ''
    return text && !text.includes('\n') && text.length <= longestMessage ? text : undefined
  } catch (error) {
    // A message that cannot be made gives way to the plain one.
    if (error instanceof ExpressionFailed) return undefined
    throw error
  }
}

const longestAnnotation = 10 * 1024

function annotationsOf(
  { spec }: Policy,
  { annotations }: CompiledPolicy,
  variables: Record<string, Value>,
  denials: Denial[],
): Verdict['annotations'] {
  const all: Verdict['annotations'] = []
  const budget = new Budget(perPolicy)
  for (const [index, program] of annotations.entries()) {
    const { key, valueExpression } = spec.auditAnnotations![index]!
    try {
      const made = plain(run(program, valueExpression, variables, budget))
      const value = typeof made === 'string' ? made.trim() : ''
      if (value) all.push({ key, value: value.slice(0, longestAnnotation) })
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error
      if (spec.failurePolicy !== 'Ignore') denials.push({ index, message: error.message })
    }
  }
  return all
}
