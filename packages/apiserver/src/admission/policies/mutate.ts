import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { Schema } from '@sampan/resources/define'
import { forbidden } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { childOf } from '@sampan/resources/schemas'
import { merged } from '../../apply/merge.ts'
import { rootSchema } from '../../apply/owned-part.ts'
import { isObject, metaOf } from '../../apply/typed.ts'
import { List, plain } from '../../cel/values.ts'
import { jsonPatch } from '../../patch/json-patch.ts'
import { converted, shownAs } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import { wantedAs } from '../matching.ts'
import { compiledPolicy } from './compiled.ts'
import { type Binding, ExpressionFailed, type Policy, run } from './expressions.ts'
import { conditionsHold, policyVariables } from './judge.ts'
import { Misconfigured, paramsOf } from './params.ts'
import { matchingOf, wantedByBinding } from './validate.ts'

const group = 'admissionregistration.k8s.io'

/** Applies every MutatingAdmissionPolicy that is bound to a write, in order of their names. Changes the object in place. */
export async function mutateByPolicies(write: Admitted): Promise<void> {
  const bindings = write.objects.list<Binding>({ group, plural: 'mutatingadmissionpolicybindings' })
  const policies = write.objects.list<Policy>({ group, plural: 'mutatingadmissionpolicies' })
  const after = new Map<Policy, KubeObject>()
  const each = async (policy: Policy) => {
    const bound = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name)
    if (bound.length > 0) await applyPolicy(policy, bound, write)
    after.set(policy, jsonCopy(write.object!))
  }
  for (const policy of policies) await each(policy)
  // Once more for those that asked to see what others changed after them.
  for (const policy of policies)
    if (policy.spec.reinvocationPolicy === 'IfNeeded' && !jsonEqual(after.get(policy) as never, write.object as never))
      await each(policy)
}

async function applyPolicy(policy: Policy, bound: readonly Binding[], write: Admitted): Promise<void> {
  const shown = wantedAs(matchingOf(policy.spec.matchConstraints), write)
  if (!shown) return
  for (const binding of bound) {
    if (binding.spec.matchResources && !wantedByBinding(binding.spec.matchResources, write)) continue
    try {
      for (const param of paramsOf(policy, binding, write)) await mutate(policy, write, shown, param)
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

async function mutate(
  policy: Policy,
  write: Admitted,
  as: Admitted['definition'],
  param: KubeObject | undefined,
): Promise<void> {
  const compiled = compiledPolicy(policy)
  const first = policyVariables(policy, write, await shownAs(write, as), param)
  if (!conditionsHold(compiled.conditions, first.conditions)) return
  for (const [index, program] of compiled.mutations.entries()) {
    const { patchType, applyConfiguration, jsonPatch: patch } = policy.spec.mutations![index]!
    // Every mutation sees what the one before it did.
    const shown = await shownAs(write, as)
    const { all, budget } = policyVariables(policy, write, shown, param)
    const value = run(program, (patchType === 'JSONPatch' ? patch : applyConfiguration)?.expression ?? '', all, budget)
    const current = jsonCopy(shown.object!)
    const next =
      patchType === 'JSONPatch'
        ? patched(current, value instanceof List ? value.toArray().map(plain) : [])
        : applied(current, plain(value), write, as)
    take(await converted(next, as, write.definition, write.kinds), write)
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
  const schema = rootSchema(served)
  const atomic = atomicParts(rest, schema, '')
  if (atomic.length > 0)
    throw new ExpressionFailed(
      `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`,
    )
  return merged(current as never, rest as never, schema) as unknown as KubeObject
}

/** Parts of a configuration that would replace what is there whole, what it does not mention included. */
function atomicParts(value: unknown, schema: Schema | undefined, at: string): string[] {
  const meta = metaOf(schema, value)
  if (isObject(value)) {
    if (meta.isAtomic) return [at]
    return Object.entries(value).flatMap(([key, one]) => atomicParts(one, childOf(schema, key), `${at}.${key}`))
  }
  if (!Array.isArray(value)) return []
  if (meta.isAtomic) return [at]
  return value.flatMap((one, index) => atomicParts(one, schema?.items, `${at}[${index}]`))
}

function take(next: KubeObject, write: Admitted): void {
  const { object } = write
  const made = jsonCopy(next)
  for (const key of Object.keys(object!)) delete (object as unknown as Record<string, unknown>)[key]
  Object.assign(object!, made)
}
