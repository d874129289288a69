import { jsonEqual } from '@sampan/kit/json-equal'
import { invalid, type Problem } from '@sampan/resources/errors'
import { invalidValue } from '@sampan/resources/problem'
import { rootSchema } from '../../apply/owned-part.ts'
import { typeOfSchema } from '../../cel/schema-type.ts'
import { bool, type Type } from '../../cel/types.ts'
import type { Kinds } from '../../kinds.ts'
import type { Served } from '../../served.ts'
import type { Admitted } from '../interfaces.ts'
import type { MatchRule } from '../matching.ts'
import type { WebhookConfiguration } from '../webhooks/rules.ts'
import { compiledPolicy, compilePolicy } from './compiled.ts'
import { variableTypes } from './environment.ts'
import { attempt, type Policy } from './expressions.ts'

const isPolicy = ({ definition }: Admitted) => definition.plural.endsWith('policies')

/** Throws Invalid when an expression does not compile. What was stored before is not judged again. */
export function checkExpressions(write: Admitted): void {
  const { object, old, definition } = write
  const problems = isPolicy(write)
    ? policyProblems(object as Policy, old as Policy | undefined)
    : webhookProblems(object as WebhookConfiguration)
  if (problems.length > 0) throw invalid(definition, object!.metadata.name, problems)
}

function policyProblems(policy: Policy, old: Policy | undefined): Problem[] {
  if (old && jsonEqual(old.spec as never, policy.spec as never)) return []
  return compiledPolicy(structuredClone(policy)).problems.map(({ field, value, why }) =>
    invalidValue(field, value, why),
  )
}

function webhookProblems({ webhooks = [] }: WebhookConfiguration): Problem[] {
  const variables = variableTypes()
  return webhooks.flatMap(({ matchConditions = [] }, index) =>
    matchConditions.flatMap(({ expression }, place) => {
      const made = attempt(expression, variables, [bool])
      return typeof made === 'string'
        ? [invalidValue(`webhooks[${index}].matchConditions[${place}].expression`, expression, made)]
        : []
    }),
  )
}

interface Warning {
  fieldRef: string
  warning: string
}

/** Checks the expressions of a validating policy against the schemas of the kinds it is about, and says so in its status. */
export function typeCheck(write: Admitted): void {
  if (write.definition.plural !== 'validatingadmissionpolicies') return
  const policy = write.object as Policy & { status?: Status }
  const old = write.old as (Policy & { status?: Status }) | undefined
  if (old?.status?.typeChecking && jsonEqual(old.spec as never, policy.spec as never)) return
  if (!Array.isArray(policy.spec?.validations)) return
  const generation = old ? (old.metadata.generation ?? 0) + 1 : 1
  policy.status = { ...old?.status, observedGeneration: generation, typeChecking: typeChecking(policy, write.kinds) }
}

/** What the schemas of the kinds that are served now say about a validating policy's expressions. */
export function typeChecking(policy: Policy, kinds: Kinds): TypeChecking {
  const warnings = warningsOf(policy, kinds)
  return warnings.length > 0 ? { expressionWarnings: warnings } : {}
}

/** Whether a policy names kinds that come and go: custom ones, and those there are not. */
export function namesCustomKinds({ spec }: Policy, kinds: Kinds): boolean {
  const { paramKind, matchConstraints } = spec
  const isLasting = (served: Served | undefined) => served !== undefined && !served.custom
  if (paramKind && !isLasting(kinds.ofKind(paramKind.apiVersion, paramKind.kind))) return true
  return (matchConstraints?.resourceRules ?? []).some((rule) =>
    [...namesOf(rule)].some(([group, version, plural]) => !isLasting(kinds.find(group, version, plural))),
  )
}

export interface TypeChecking {
  expressionWarnings?: Warning[]
}

interface Status {
  observedGeneration?: number
  typeChecking?: TypeChecking
}

function warningsOf(policy: Policy, kinds: Kinds): Warning[] {
  const found = new Map<string, string[]>()
  const params = policy.spec.paramKind && kinds.ofKind(policy.spec.paramKind.apiVersion, policy.spec.paramKind.kind)
  for (const served of kindsOf(policy, kinds)) {
    const { group, version, kind } = served.definition
    const { problems } = compilePolicy(policy, { object: typeOf(served), params: params && typeOf(params) })
    for (const { field, why } of problems) {
      if (!field.startsWith('spec.validations[')) continue
      const text = `${group || 'core'}/${version}, Kind=${kind}: ${why.replace(/^compilation failed: /, '')}\n`
      found.set(field, [...(found.get(field) ?? []), text])
    }
  }
  return [...found].map(([fieldRef, texts]) => ({ fieldRef, warning: texts.join('\n') }))
}

function typeOf(served: Served): Type | undefined {
  const schema = rootSchema(served)
  return schema && typeOfSchema({ ...schema, type: 'object' })
}

const most = 10

/** The kinds its rules name one by one; wildcards say too little. */
function kindsOf({ spec }: Policy, kinds: Kinds): Served[] {
  const found = new Set<Served>()
  for (const rule of spec.matchConstraints?.resourceRules ?? [])
    for (const [group, version, plural] of namesOf(rule)) {
      const served = kinds.find(group, version, plural)
      if (served && found.size < most) found.add(served)
    }
  return [...found]
}

function* namesOf({
  apiGroups = [],
  apiVersions = [],
  resources = [],
}: MatchRule): Generator<[string, string, string]> {
  if (apiGroups.includes('*') || apiVersions.includes('*')) return
  for (const group of apiGroups.toSorted())
    for (const version of apiVersions.toSorted())
      for (const plural of resources.toSorted()) if (!/[*/]/.test(plural)) yield [group, version, plural]
}
