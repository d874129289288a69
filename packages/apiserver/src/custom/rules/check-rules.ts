import type { Schema } from '@sampan/resources/define'
import type { Problem } from '@sampan/resources/errors'
import { duplicate, forbiddenField, invalidValue, required } from '@sampan/resources/problem'
import { Budget, type Variables } from '../../cel/program.ts'
import { valueOfSchema } from '../../cel/schema-type.ts'
import { CelError, CostExceeded, none, Optional, type Value } from '../../cel/values.ts'
import { elementOf, isUnchanged, memberOf, type Pair } from './correlate.ts'
import { hasRules } from './has-rules.ts'
import { type CompiledRule, compiledRules, type Rule } from './level.ts'

/** What one rule may cost, and what all rules of one object may. */
const perRule = 1_000_000
const perObject = 10_000_000
const longestMessage = 5 * 1024

export interface RuleFindings {
  problems: Problem[]
  /** What is wrong but was so before, and is not this write's doing. */
  warnings: string[]
}

/**
 * What an object's `x-kubernetes-validations` say against it. With `old`, transition rules run too, and rules that fail
 * where nothing changed only warn.
 */
export function checkRules(schema: Schema, object: unknown, old: unknown): RuleFindings {
  const run: Run = { problems: [], warnings: [], budget: new Budget(perObject) }
  walk(run, { schema, values: schema, isRoot: true }, '', { value: object, old })
  return { problems: run.problems, warnings: run.warnings }
}

interface Run extends RuleFindings {
  budget: Budget
}

/** The level whose rules run, and the one whose values they see: another one inside of allOf. */
interface Level {
  schema: Schema
  values: Schema
  isRoot: boolean
}

const compiled = new WeakMap<Schema, CompiledRule[]>()

function rulesOf({ schema, values, isRoot }: Level): CompiledRule[] {
  let found = compiled.get(schema)
  if (!found) {
    found = compiledRules((schema['x-kubernetes-validations'] ?? []) as readonly Rule[], values, isRoot)
    compiled.set(schema, found)
  }
  return found
}

/** False when the budget is spent. */
function walk(run: Run, level: Level, at: string, pair: Pair): boolean {
  const { schema, values, isRoot } = level
  const { value } = pair
  if (value === null || value === undefined || !hasRules(schema)) return true
  if (schema['x-kubernetes-validations']?.length && !runRules(run, level, at, pair)) return false
  for (const one of schema.allOf ?? [])
    if (!walk(run, { schema: one, values, isRoot }, at, { value, old: pair.old })) return false
  if (Array.isArray(value)) {
    if (!schema.items) return true
    const inner = { schema: schema.items, values: values.items ?? schema.items, isRoot: isEmbedded(schema.items) }
    return value.every((_, index) => walk(run, inner, `${at}[${index}]`, elementOf(pair, values, index)))
  }
  if (typeof value !== 'object') return true
  return Object.keys(value).every((name) => {
    const known = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    const extra = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
    const inside = known ?? extra
    if (!inside) return true
    const seen = known
      ? values.properties?.[name]
      : typeof values.additionalProperties === 'object'
        ? values.additionalProperties
        : undefined
    const inner = { schema: inside, values: seen ?? inside, isRoot: isEmbedded(inside) }
    const path = known ? (at ? `${at}.${name}` : name) : `${at}[${name}]`
    return walk(run, inner, path, memberOf(pair, values, name))
  })
}

const isEmbedded = (schema: Schema) => schema['x-kubernetes-embedded-resource'] === true

function runRules(run: Run, level: Level, at: string, pair: Pair): boolean {
  const { values, isRoot } = level
  const self = valueOfSchema(pair.value, values, isRoot)
  const before = pair.old === undefined || pair.old === null ? undefined : valueOfSchema(pair.old, values, isRoot)
  const type = values.type ?? ''
  for (const rule of rulesOf(level)) {
    if (rule.usesOldSelf && before === undefined && !rule.rule.optionalOldSelf) continue
    if (!rule.program) {
      run.problems.push(invalidValue(at, type, `rule compile error: ${rule.error}`))
      continue
    }
    const variables = variablesFor(rule, self, before)
    const verdict = evaluate(run, rule, variables)
    if (verdict === true) continue
    if (typeof verdict === 'object') {
      run.problems.push(invalidValue(at, type, verdict.error))
      if (verdict.isOver) return false
      continue
    }
    const path = rule.rule.fieldPath ? `${at}${rule.rule.fieldPath}`.replace(/^\./, '') : at
    const message = messageOf(run, rule, variables)
    if (typeof message === 'object') {
      run.problems.push(invalidValue(path, type, message.error))
      return false
    }
    const problem = problemOf(rule.rule, path, type, message)
    if (!rule.usesOldSelf && isUnchanged(pair)) run.warnings.push(`${path}: ${problem.message}`)
    else run.problems.push(problem)
  }
  return true
}

function variablesFor({ rule }: CompiledRule, self: Value, before: Value | undefined): Variables {
  if (rule.optionalOldSelf) return { self, oldSelf: before === undefined ? none : new Optional(before) }
  return { self, oldSelf: before }
}

interface Failure {
  error: string
  /** No more rules are run. */
  isOver: boolean
}

const outOfBudget = {
  error: 'validation failed due to running out of cost budget, no further validation rules will be run',
  isOver: true,
}

function evaluate({ budget }: Run, { program, rule }: CompiledRule, variables: Variables): boolean | Failure {
  const about = rule.message?.trim() || rule.rule.trim()
  if (budget.left <= 0) return outOfBudget
  const spent = { cost: 0 }
  try {
    return program!.run(variables, Math.min(perRule, budget.left), spent).value === true
  } catch (error) {
    if (error instanceof CostExceeded)
      return spent.cost > perRule
        ? {
            error: `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${about}`,
            isOver: true,
          }
        : outOfBudget
    if (!(error instanceof CelError)) throw error
    if (error.message.startsWith('no such overload'))
      return {
        error: `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${about}`,
        isOver: false,
      }
    return { error: `${error.message} evaluating rule: ${about}`, isOver: false }
  } finally {
    budget.left -= spent.cost
  }
}

/** What to say of a rule that failed; an expression that yields no good text is as if it were not there. */
function messageOf({ budget }: Run, { message, rule }: CompiledRule, variables: Variables): string | Failure {
  const plain = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`
  if (!message) return plain
  const spent = { cost: 0 }
  try {
    const { value } = message.run(variables, Math.min(perRule, Math.max(0, budget.left)), spent)
    const text = typeof value === 'string' ? value.trim() : ''
    return text && !text.includes('\n') && text.length <= longestMessage ? text : plain
  } catch (error) {
    if (error instanceof CostExceeded)
      return {
        error:
          'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
        isOver: true,
      }
    if (error instanceof CelError) return plain
    throw error
  } finally {
    budget.left -= spent.cost
  }
}

function problemOf({ reason }: Rule, path: string, type: string, message: string): Problem {
  if (reason === 'FieldValueForbidden') return forbiddenField(path, message)
  if (reason === 'FieldValueRequired') return required(path, message)
  if (reason === 'FieldValueDuplicate') return duplicate(path, type)
  return invalidValue(path, type, message)
}
