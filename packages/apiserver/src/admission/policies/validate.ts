import { type Reason, StatusError } from '@sampan/resources/errors'
import { type Shown, shownAs } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import { wantedAs } from '../matching.ts'
import type { Binding, MatchResources, Policy } from './expressions.ts'
import { judge } from './judge.ts'
import { Misconfigured, paramsOf } from './params.ts'

const group = 'admissionregistration.k8s.io'

interface Denied {
  policy: Policy
  binding?: Binding
  message: string
  reason?: string
}

interface Asked {
  policy: Policy
  bound: Binding[]
  shown: Shown
}

/** Asks every ValidatingAdmissionPolicy that is bound to a write. Throws the first refusal; a promise only where it must wait. */
export function validatePolicies(write: Admitted): void | Promise<void> {
  const bindings = write.objects.list<Binding>({ group, plural: 'validatingadmissionpolicybindings' })
  const asked: (Omit<Asked, 'shown'> & { shown: Shown | Promise<Shown> })[] = []
  for (const policy of write.objects.list<Policy>({ group, plural: 'validatingadmissionpolicies' })) {
    const bound = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
    const wanted = bound.length > 0 ? wantedAs(matchingOf(policy.spec.matchConstraints), write) : undefined
    if (wanted) asked.push({ policy, bound, shown: shownAs(write, wanted) })
  }
  const isReady = (one: (typeof asked)[number]): one is Asked => !(one.shown instanceof Promise)
  if (asked.every(isReady)) return judgeAll(asked, write)
  return Promise.all(asked.map(async (one) => ({ ...one, shown: await one.shown }))).then((all) => judgeAll(all, write))
}

function judgeAll(asked: readonly Asked[], write: Admitted): void {
  const denied: Denied[] = []
  for (const { policy, bound, shown } of asked) {
    const audited = new Map<string, Set<string>>()
    for (const binding of bound) {
      if (binding.spec.matchResources && !wantedByBinding(binding.spec.matchResources, write)) continue
      try {
        for (const param of paramsOf(policy, binding, write))
          take(judge(policy, write, shown, param), { policy, binding, write, denied, audited })
      } catch (error) {
        if (!(error instanceof Misconfigured)) throw error
        if (policy.spec.failurePolicy !== 'Ignore')
          denied.push({ policy, binding, message: `failed to configure binding: ${error.message}` })
      }
    }
    for (const [key, values] of audited) write.annotate(`${policy.metadata.name}/${key}`, [...values].join(', '))
  }
  if (denied[0]) throw refusal(denied[0], write)
}

export const matchingOf = (match: MatchResources | undefined) => {
  const { resourceRules, excludeResourceRules, ...rest } = match ?? {}
  return { ...rest, rules: resourceRules ?? [], excludeRules: excludeResourceRules ?? [] }
}

const everyRule = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*', '*/*'] }]

/** A binding without rules leaves them to the policy. */
export const wantedByBinding = (match: MatchResources, write: Admitted) =>
  wantedAs({ ...matchingOf(match), ...(match.resourceRules?.length ? {} : { rules: everyRule }) }, write) !== undefined

interface Taking {
  policy: Policy
  binding: Binding
  write: Admitted
  denied: Denied[]
  audited: Map<string, Set<string>>
}

function take(
  { denials, annotations }: ReturnType<typeof judge>,
  { policy, binding, write, denied, audited }: Taking,
): void {
  const actions = binding.spec.validationActions ?? []
  for (const denial of denials) {
    if (actions.includes('Deny')) denied.push({ policy, binding, ...denial })
    if (actions.includes('Warn'))
      write.warnings.push(
        `Validation failed for ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}': ${denial.message}`,
      )
    if (actions.includes('Audit'))
      write.annotate(
        'validation.policy.admission.k8s.io/validation_failure',
        JSON.stringify([
          {
            message: denial.message,
            policy: policy.metadata.name,
            binding: binding.metadata.name,
            expressionIndex: denial.index,
            validationActions: actions,
          },
        ]),
      )
  }
  for (const { key, value } of annotations) audited.set(key, (audited.get(key) ?? new Set()).add(value))
}

function refusal({ policy, binding, message, reason }: Denied, { definition, name }: Admitted): StatusError {
  const by = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ''} denied request: ${message}`
  const { plural, group: about } = definition
  return new StatusError(
    (reason as Reason | undefined) ?? 'Invalid',
    `${about ? `${plural}.${about}` : plural}${name ? ` "${name}"` : ''} is forbidden: ${by}`,
    { name, group: about || undefined, kind: plural, causes: [{ message: by }] },
  )
}
