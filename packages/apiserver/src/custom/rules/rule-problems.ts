import type { Schema } from '@sampan/resources/define'
import type { Problem } from '@sampan/resources/errors'
import { forbiddenField, invalidValue, notSupported, required } from '@sampan/resources/problem'
import { estimate } from '../../cel/estimate.ts'
import { mostElements } from '../../cel/schema-type.ts'
import { hasRules } from './has-rules.ts'
import { compiledRules, type Rule } from './level.ts'

/** What a rule may cost by estimate, at all places it can run at in one object, and all rules of a schema together. */
const perRule = 10_000_000
const perSchema = 100_000_000
const longest = 16_384
const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate']

interface Walk {
  problems: Problem[]
  total: number
  expensive: { field: string; cost: number }[]
}

/** What is wrong with the rules of a CustomResourceDefinition's schema: they must compile, fit the schema and be cheap. */
export function ruleProblems(schema: Schema, at: string): Problem[] {
  const walk: Walk = { problems: [], total: 0, expensive: [] }
  level(walk, { schema, values: schema, at, count: 1, isRoot: true, correlates: true })
  if (walk.total > perSchema) {
    for (const { field } of walk.expensive)
      walk.problems.push(
        forbiddenField(
          field,
          'contributed to estimated rule & messageExpression cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      )
    walk.problems.push(
      forbiddenField(
        at,
        tooExpensive(
          'x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 schema',
          walk.total,
          perSchema,
        ),
      ),
    )
  }
  return walk.problems
}

interface Place {
  schema: Schema
  values: Schema
  at: string
  /** How many values of this level an object can have. */
  count: number
  isRoot: boolean
  /** Whether an update can tell which old value a value was: only there transition rules make sense. */
  correlates: boolean
}

function level(walk: Walk, place: Place): void {
  const { schema, values, at, count, correlates } = place
  if (!hasRules(schema)) return
  rulesProblems(walk, place)
  for (const [index, one] of (schema.allOf ?? []).entries())
    level(walk, { ...place, schema: one, at: `${at}.allOf[${index}]` })
  const below = (inside: Schema, seen: Schema | undefined, path: string, more: Partial<Place> = {}) =>
    level(walk, {
      schema: inside,
      values: seen ?? inside,
      at: path,
      count,
      isRoot: inside['x-kubernetes-embedded-resource'] === true,
      correlates: correlates && schema['x-kubernetes-map-type'] !== 'atomic',
      ...more,
    })
  for (const [name, one] of Object.entries(schema.properties ?? {}))
    below(one, values.properties?.[name], `${at}.properties[${name}]`)
  const { items, additionalProperties } = schema
  if (items)
    below(items, values.items, `${at}.items`, {
      count: count * mostElements(values),
      correlates: correlates && values['x-kubernetes-list-type'] === 'map',
    })
  if (typeof additionalProperties === 'object')
    below(
      additionalProperties,
      typeof values.additionalProperties === 'object' ? values.additionalProperties : undefined,
      `${at}.additionalProperties`,
      { count: count * mostElements(values) },
    )
}

function rulesProblems(walk: Walk, { schema, values, at, count, isRoot, correlates }: Place): void {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly Rule[]
  const { problems } = walk
  for (const [index, made] of compiledRules(rules, values, isRoot).entries()) {
    const { rule, program, error, message, messageError, usesOldSelf } = made
    const here = `${at}.x-kubernetes-validations[${index}]`
    if (!rule.rule?.trim()) problems.push(required(`${here}.rule`, 'rule is not specified'))
    else if (error) problems.push(shownInvalid(`${here}.rule`, rule, error))
    if (rule.rule && rule.rule.length > longest)
      problems.push(invalidValue(`${here}.rule`, '', `must not be longer than ${longest}`))
    textProblems(problems, here, rule)
    if (rule.messageExpression !== undefined && !rule.messageExpression.trim())
      problems.push(required(`${here}.messageExpression`, 'must be non-empty if specified'))
    else if (messageError) problems.push(shownInvalid(`${here}.messageExpression`, rule, messageError))
    if (rule.fieldPath !== undefined) fieldPathProblem(problems, here, rule.fieldPath, values)
    if (rule.optionalOldSelf !== undefined && program && !usesOldSelf)
      problems.push(
        invalidValue(`${here}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
      )
    if (usesOldSelf && !correlates)
      problems.push(
        invalidValue(`${here}.rule`, rule.rule, 'oldSelf cannot be used on the uncorrelatable portion of the schema'),
      )
    for (const [field, compiled, what] of [
      ['rule', program, 'estimated rule cost'],
      ['messageExpression', message, 'estimated messageExpression cost'],
    ] as const) {
      if (!compiled) continue
      const cost = estimate(compiled.node) * count
      walk.total += cost
      if (cost > perSchema / 100) walk.expensive.push({ field: `${here}.${field}`, cost })
      if (cost > perRule) problems.push(forbiddenField(`${here}.${field}`, tooExpensive(what, cost, perRule)))
    }
  }
}

function textProblems(problems: Problem[], here: string, { message, reason, rule }: Rule): void {
  if (message !== undefined) {
    if (message !== '' && !message.trim())
      problems.push(invalidValue(`${here}.message`, message, 'message must be non-empty if specified'))
    else if (message.includes('\n'))
      problems.push(invalidValue(`${here}.message`, message, 'message must not contain line breaks'))
    else if (message.length > 2048) problems.push(invalidValue(`${here}.message`, '', 'must not be longer than 2048'))
  } else if (rule?.trim().includes('\n'))
    problems.push(required(`${here}.message`, 'message must be specified if rule contains line breaks'))
  if (reason !== undefined && !reasons.includes(reason)) problems.push(notSupported(`${here}.reason`, reason, reasons))
}

/** `.a.b['c']`, members the schema has. */
function fieldPathProblem(problems: Problem[], here: string, path: string, schema: Schema): void {
  const refuse = (why: string) => problems.push(invalidValue(`${here}.fieldPath`, path, why))
  if (!path.trim()) return void refuse('must be non-empty if specified')
  if (!path.startsWith('.')) return void refuse('must start with a `.`')
  let level: Schema | undefined = schema
  let rest = path
  while (rest) {
    const found = /^(?:\.([^.[\]']+)|\['((?:[^'\\]|\\.)*)'\])/.exec(rest)
    if (!found) return void refuse(`fieldPath must be a valid path: expected [ or . but got: ${rest}`)
    const name: string = found[1] ?? found[2]!.replace(/\\(.)/g, '$1')
    const next: Schema | undefined = level.properties
      ? level.properties[name]
      : typeof level.additionalProperties === 'object'
        ? level.additionalProperties
        : undefined
    if (!next) return void refuse('fieldPath must be a valid path: does not refer to a valid field')
    level = next
    rest = rest.slice(found[0].length)
  }
}

function tooExpensive(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  const shown =
    factor > 100 ? 'more than 100' : factor < 1.1 ? (Math.ceil(factor * 1000) / 1000).toFixed(3) : factor.toFixed(1)
  return `${what} exceeds budget by factor of ${shown}x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

/** The rule as upstream prints it. */
function shownInvalid(field: string, rule: Rule, why: string): Problem {
  const text = (value: string | undefined) => JSON.stringify(value ?? '')
  const shown = `apiextensions.ValidationRule{Rule:${text(rule.rule)}, Message:${text(rule.message)}, MessageExpression:${text(rule.messageExpression)}, Reason:${rule.reason === undefined ? '(*apiextensions.FieldValueErrorReason)(nil)' : text(rule.reason)}, FieldPath:${text(rule.fieldPath)}, OptionalOldSelf:${rule.optionalOldSelf ?? '(*bool)(nil)'}}`
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown}: ${why}` }
}
