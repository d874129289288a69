import type { LabelSelectorLike } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import { CompileError } from '../../cel/ast.ts'
import { type Compiled, compile } from '../../cel/compile.ts'
import type { Budget, Variables } from '../../cel/program.ts'
import { assignable, dyn, shownType, type Type } from '../../cel/types.ts'
import { CelError, CostExceeded, type Mapping, type Value } from '../../cel/values.ts'
import type { MatchRule } from '../matching.ts'

/** What one expression may cost, all of a policy for one write, and its conditions. */
export const perExpression = 1_000_000
export const perPolicy = 10_000_000
export const perConditions = 2_500_000

export interface Named {
  name: string
  expression: string
}

/** `matchConstraints` and `matchResources`. */
export interface MatchResources {
  resourceRules?: MatchRule[]
  excludeResourceRules?: MatchRule[]
  matchPolicy?: string
  namespaceSelector?: LabelSelectorLike
  objectSelector?: LabelSelectorLike
}

/** What validating and mutating policies share. */
export interface Policy extends KubeObject {
  spec: {
    paramKind?: { apiVersion: string; kind: string }
    matchConstraints?: MatchResources
    matchConditions?: Named[]
    variables?: Named[]
    failurePolicy?: string
    reinvocationPolicy?: string
    validations?: { expression: string; message?: string; messageExpression?: string; reason?: string }[]
    auditAnnotations?: { key: string; valueExpression: string }[]
    mutations?: { patchType: string; applyConfiguration?: { expression: string }; jsonPatch?: { expression: string } }[]
  }
  status?: object
}

export interface Binding extends KubeObject {
  spec: {
    policyName: string
    paramRef?: { name?: string; namespace?: string; selector?: LabelSelectorLike; parameterNotFoundAction?: string }
    matchResources?: MatchResources
    validationActions?: string[]
  }
}

/** An expression that did not do; the message is for whoever made the request. */
export class ExpressionFailed extends Error {}

/** Compiles; a string says why that is not possible. */
export function attempt(
  source: string,
  variables: Record<string, Type>,
  wanted: readonly Type[],
  types?: (name: string) => Type | undefined,
): Compiled | string {
  try {
    const made = compile(source, { variables, ...(types && { types }) })
    const fits =
      made.type.kind === 'dyn'
        ? wanted.length === 0 || wanted.includes(dyn)
        : wanted.length === 0 || wanted.some((one) => assignable(one, made.type, new Map()))
    return fits ? made : mismatch(wanted)
  } catch (error) {
    if (error instanceof CompileError) return `compilation failed: ${error.message}`
    throw error
  }
}

function mismatch(wanted: readonly Type[]): string {
  const names = wanted
    .filter((one) => one.kind !== 'dyn')
    .map((one) => (one.kind === 'null' ? 'null_type' : shownType(one)))
  return names.length === 1 ? `must evaluate to ${names[0]}` : `must evaluate to one of ${names.join(', ')}`
}

/** Runs one expression within a budget. Throws ExpressionFailed. */
export function run(program: Compiled | string, source: string, variables: Variables, budget: Budget): Value {
  if (typeof program === 'string') throw new ExpressionFailed(`compilation error: ${program}`)
  const spent = { cost: 0 }
  try {
    if (budget.left <= 0) throw new CostExceeded()
    return program.run(variables, Math.min(perExpression, budget.left), spent).value
  } catch (error) {
    if (error instanceof CostExceeded)
      throw new ExpressionFailed(
        spent.cost > perExpression
          ? `expression '${source}' resulted in error: ${error.message}`
          : 'validation failed due to running out of cost budget, no further validation rules will be run',
      )
    if (error instanceof CelError || error instanceof ExpressionFailed)
      throw new ExpressionFailed(`expression '${source}' resulted in error: ${error.message}`)
    throw error
  } finally {
    budget.left -= spent.cost
  }
}

/** Types of `variables.x`: filled in one after the other, as each may use those before it. */
export function variablesType(known: Map<string, Type>): Type {
  return { kind: 'struct', name: 'kubernetes.variables', field: (name) => known.get(name) }
}

/** `variables`: each is worked out when it is first looked at. */
export function lazyVariables(
  all: readonly (Named & { program: Compiled | string })[],
  rest: Record<string, Value>,
  budget: Budget,
): Mapping {
  const found = new Map<string, Value>()
  const variables: Record<string, Value> = { ...rest }
  const member = (name: string): Value | undefined => {
    if (found.has(name)) return found.get(name)
    const one = all.find((other) => other.name === name)
    if (!one) return undefined
    try {
      const value = run(one.program, one.expression, variables, budget)
      found.set(name, value)
      return value
    } catch (error) {
      if (error instanceof ExpressionFailed)
        throw new CelError(`composited variable "${name}" fails to evaluate: ${error.message}`)
      throw error
    }
  }
  const mapping: Mapping = {
    isMapping: true,
    typeName: 'kubernetes.variables',
    size: all.length,
    get: (key) => (typeof key === 'string' ? member(key) : undefined),
    member,
    keys: () => all.map(({ name }) => name),
  }
  variables.variables = mapping
  return mapping
}
