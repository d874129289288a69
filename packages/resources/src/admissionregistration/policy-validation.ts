import { qualifiedNameProblems } from '@sampan/kit/names'
import { named, oneOf, optionalOneOf, type Problems } from '../check.ts'
import { duplicate, invalidValue, required } from '../problem.ts'

interface Policy {
  failurePolicy?: string
  matchConstraints?: { resourceRules?: unknown[] }
  matchConditions?: { name: string; expression: string }[]
  variables?: { name: string; expression: string }[]
}

/** What validating and mutating policies share. */
function* policyProblems(spec: Policy | undefined): Problems {
  yield* optionalOneOf('spec.failurePolicy', spec?.failurePolicy, ['Fail', 'Ignore'])
  if (!spec?.matchConstraints) yield required('spec.matchConstraints')
  else if (!spec.matchConstraints.resourceRules?.length) yield required('spec.matchConstraints.resourceRules')
  for (const field of ['matchConditions', 'variables'] as const) {
    const seen = new Set<string>()
    for (const [index, { name, expression }] of (spec?.[field] ?? []).entries()) {
      const at = `spec.${field}[${index}]`
      yield* named(`${at}.name`, name, field === 'variables' ? identifierProblems : qualifiedNameProblems)
      if (name && seen.has(name)) yield duplicate(`${at}.name`, name)
      seen.add(name)
      if (!expression?.trim()) yield required(`${at}.expression`, 'expression is not specified')
    }
  }
}

const identifierProblems = (name: string) =>
  /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) ? [] : ['name is not a valid CEL identifier']

interface ValidatingPolicy extends Policy {
  validations?: { expression: string; reason?: string }[]
  auditAnnotations?: { key: string; valueExpression: string }[]
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']

export function* validatingPolicyProblems({ spec }: { spec?: ValidatingPolicy }): Problems {
  yield* policyProblems(spec)
  if (!spec?.validations?.length && !spec?.auditAnnotations?.length)
    yield required('spec.validations', 'validations or auditAnnotations must be non-empty')
  for (const [index, { expression, reason }] of (spec?.validations ?? []).entries()) {
    if (!expression?.trim()) yield required(`spec.validations[${index}].expression`, 'expression is not specified')
    yield* optionalOneOf(`spec.validations[${index}].reason`, reason, reasons)
  }
}

interface MutatingPolicy extends Policy {
  reinvocationPolicy?: string
  mutations?: { patchType: string; applyConfiguration?: object; jsonPatch?: object }[]
}

export function* mutatingPolicyProblems({ spec }: { spec?: MutatingPolicy }): Problems {
  yield* policyProblems(spec)
  yield* oneOf('spec.reinvocationPolicy', spec?.reinvocationPolicy, ['IfNeeded', 'Never'])
  if (!spec?.mutations?.length) yield required('spec.mutations')
  for (const [index, one] of (spec?.mutations ?? []).entries()) {
    const at = `spec.mutations[${index}]`
    yield* oneOf(`${at}.patchType`, one.patchType, ['ApplyConfiguration', 'JSONPatch'])
    const wanted = one.patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'
    if (!one[wanted]) yield required(`${at}.${wanted}`, `must be specified when patchType is ${one.patchType}`)
  }
}

interface Binding {
  policyName?: string
  validationActions?: string[]
}

const actions = ['Audit', 'Deny', 'Warn']

export function* policyBindingProblems({ spec }: { spec?: Binding }, hasActions: boolean): Problems {
  if (!spec?.policyName) yield required('spec.policyName')
  if (!hasActions) return
  if (!spec?.validationActions?.length)
    yield required('spec.validationActions', 'at least one validation action is required')
  for (const [index, action] of (spec?.validationActions ?? []).entries())
    yield* oneOf(`spec.validationActions[${index}]`, action, actions)
  if (spec?.validationActions?.includes('Deny') && spec.validationActions.includes('Warn'))
    yield invalidValue(
      'spec.validationActions',
      spec.validationActions,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    )
}
