import { selects } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Admitted } from '../interfaces.ts'
import type { Binding, Policy } from './expressions.ts'

/** The policy and its binding do not fit the cluster; the message is for whoever made the request. */
export class Misconfigured extends Error {}

/**
 * The objects a binding's `paramRef` means for a write: `[undefined]` when the policy takes none, empty when there are none
 * and that allows the write. Throws Misconfigured.
 */
export function paramsOf({ spec }: Policy, binding: Binding, write: Admitted): (KubeObject | undefined)[] {
  const { paramKind } = spec
  const { paramRef } = binding.spec
  if (!paramKind) return [undefined]
  if (!paramRef) return [undefined]
  const served = write.kinds.ofKind(paramKind.apiVersion, paramKind.kind)
  if (!served)
    throw new Misconfigured(
      `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
    )
  const { definition } = served
  const isNamespaced = definition.scope === 'Namespaced'
  if (!isNamespaced && paramRef.namespace)
    throw new Misconfigured('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const namespace = isNamespaced ? paramRef.namespace || write.namespace : undefined
  if (isNamespaced && !namespace)
    throw new Misconfigured('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  const found = paramRef.selector
    ? write.objects.store
        .list(served.prefix(namespace))
        .entries.map((entry) => served.object(entry))
        .filter(({ metadata }) => selects(paramRef.selector, metadata.labels))
    : one(served, write, paramRef.name!, namespace)
  if (found.length === 0 && paramRef.parameterNotFoundAction !== 'Allow')
    throw new Misconfigured('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}

function one(
  served: NonNullable<ReturnType<Admitted['kinds']['ofKind']>>,
  { objects }: Admitted,
  name: string,
  namespace: string | undefined,
): KubeObject[] {
  const entry = objects.store.get(served.key(name, namespace))
  return entry ? [served.object(entry)] : []
}
