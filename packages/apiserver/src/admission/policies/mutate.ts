import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import { forbidden } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { merged } from '../../apply/merge.ts'
import { rootSchema } from '../../apply/owned-part.ts'
import { List, plain } from '../../cel/values.ts'
import { jsonPatch } from '../../patch/json-patch.ts'
import { inVersion } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import { wantedAs } from '../matching.ts'
import { compiledPolicy } from './compiled.ts'
import { type Binding, ExpressionFailed, type Policy, run } from './expressions.ts'
import { conditionsHold, policyVariables } from './judge.ts'
import { Misconfigured, paramsOf } from './params.ts'
import { matchingOf, wantedByBinding } from './validate.ts'

const group = 'admissionregistration.k8s.io'

/** Applies every MutatingAdmissionPolicy that is bound to a write, in order of their names. Changes the object in place. */
export function mutateByPolicies(write: Admitted): void {
  const bindings = write.objects.list<Binding>({ group, plural: 'mutatingadmissionpolicybindings' })
  const policies = write.objects.list<Policy>({ group, plural: 'mutatingadmissionpolicies' })
  const after = new Map<Policy, KubeObject>()
  const each = (policy: Policy) => {
    const bound = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
    if (bound.length > 0) applyPolicy(policy, bound, write)
    after.set(policy, jsonCopy(write.object!))
  }
  for (const policy of policies) each(policy)
  // Once more for those that asked to see what others changed after them.
  for (const policy of policies)
    if (policy.spec.reinvocationPolicy === 'IfNeeded' && !jsonEqual(after.get(policy) as never, write.object as never))
      each(policy)
}

function applyPolicy(policy: Policy, bound: readonly Binding[], write: Admitted): void {
  const shown = wantedAs(matchingOf(policy.spec.matchConstraints), write)
  if (!shown) return
  for (const binding of bound) {
    if (binding.spec.matchResources && !wantedByBinding(binding.spec.matchResources, write)) continue
    try {
      for (const param of paramsOf(policy, binding, write)) mutate(policy, write, shown, param)
    } catch (error) {
      if (!(error instanceof Misconfigured) && !(error instanceof ExpressionFailed)) throw error
      if (policy.spec.failurePolicy === 'Ignore') continue
      throw forbidden(
        write.definition,
        write.name,
        `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${error.message}`,
      )
    }
  }
}

function mutate(policy: Policy, write: Admitted, shown: Admitted['definition'], param: KubeObject | undefined): void {
  const compiled = compiledPolicy(policy)
  const first = policyVariables(policy, write, shown, param)
  if (!conditionsHold(compiled.conditions, first.conditions)) return
  for (const [index, program] of compiled.mutations.entries()) {
    const { patchType, applyConfiguration, jsonPatch: patch } = policy.spec.mutations![index]!
    // Every mutation sees what the one before it did.
    const { all, budget } = policyVariables(policy, write, shown, param)
    const value = run(program, (patchType === 'JSONPatch' ? patch : applyConfiguration)?.expression ?? '', all, budget)
    const current = inVersion(jsonCopy(write.object!), write.definition, shown)
    const next =
      patchType === 'JSONPatch'
        ? patched(current, value instanceof List ? value.toArray().map(plain) : [])
        : applied(current, plain(value), write, shown)
    take(inVersion(next, shown, write.definition), write)
  }
}

function patched(current: KubeObject, operations: unknown[]): KubeObject {
  try {
    return jsonPatch(current, operations) as KubeObject
  } catch (cause) {
    throw new ExpressionFailed(`JSON Patch: ${(cause as Error).message}`, { cause })
  }
}

/** As server-side apply merges, without owners: lists by their keys, maps by member. */
function applied(
  current: KubeObject,
  configuration: unknown,
  { kinds }: Admitted,
  shown: Admitted['definition'],
): KubeObject {
  const served = kinds.find(shown.group, shown.version, shown.plural)!
  const { apiVersion: _, kind: __, ...rest } = (configuration ?? {}) as Record<string, unknown>
  const { name, namespace, generateName } = (rest.metadata ?? {}) as Record<string, unknown>
  if (name !== undefined || namespace !== undefined || generateName !== undefined)
    throw new ExpressionFailed(
      'invalid ApplyConfiguration: may not mutate metadata.name, metadata.namespace or metadata.generateName',
    )
  return merged(current as never, rest as never, rootSchema(served)) as unknown as KubeObject
}

function take(next: KubeObject, write: Admitted): void {
  const { object } = write
  const made = jsonCopy(next)
  for (const key of Object.keys(object!)) delete (object as unknown as Record<string, unknown>)[key]
  Object.assign(object!, made)
}
