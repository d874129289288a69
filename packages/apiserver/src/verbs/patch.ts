import { jsonCopy } from '@sampan/kit/json-copy'
import { mergePatch } from '@sampan/kit/merge-patch'
import { badRequest } from '@sampan/resources/errors'
import type { KubeObject, ManagedFields } from '@sampan/resources/meta'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { unsupportedType } from '../decode.ts'
import { checkFields } from '../field-validation.ts'
import type { Answer, Call } from '../handlers.ts'
import { objectOfKind } from '../incoming.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergeRulesOf } from '../patch/merge-keys.ts'
import { strategicMerge } from '../patch/strategic-merge.ts'
import { dryRunOf } from '../query.ts'
import type { Served } from '../served.ts'
import type { OneTarget } from '../target.ts'
import { answerWith } from '../written.ts'
import { apply } from './apply.ts'

/** PATCH of an object or of its `/status`: four languages, one effect. */
export async function patch(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const type = patchTypeOf(call)
  if (type === 'application/apply-patch+yaml') return apply(context, target, call)
  const { served, name, namespace, subresource } = target
  const dryRun = dryRunOf(call.query, { kind: 'PatchOptions', group: 'meta.k8s.io' })
  const body: unknown = await call.object()
  if (body === undefined) throw badRequest('the patch is empty')
  const patched = patcherFor(type, body, served)
  const written = await changeObject(context, target, call, {
    next: (old) => {
      const { value, owners } = withoutOwners(patched(old), old)
      const object = objectOfKind(jsonCopy(value), served, { ...(namespace && { namespace }), name })
      checkFields(call, served, object)
      if (owners) object.metadata.managedFields = owners
      return object
    },
    subresource,
    dryRun,
  })
  return answerWith(context, served, call, written, 200)
}

/**
 * What a patch made, and apart from it the owners of its fields when the patch left them alone: they are often the largest
 * part, known to be right, and never changed in place.
 */
function withoutOwners(made: unknown, old: KubeObject): { value: unknown; owners?: ManagedFields[] } {
  const owners = old.metadata.managedFields
  const metadata = (made as Partial<KubeObject> | null)?.metadata
  if (!owners || !metadata || metadata.managedFields !== owners) return { value: made }
  return { value: { ...(made as KubeObject), metadata: { ...metadata, managedFields: undefined } }, owners }
}

export const patchTypeOf = ({ headers }: Call) => (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

const types = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** How a patch of this type makes the next object from the old; what comes out may share parts with the old. */
export function patcherFor(type: string, body: unknown, served: Pick<Served, 'definition' | 'custom'>) {
  if (type === 'application/json-patch+json')
    return (old: KubeObject) => jsonPatch(served.custom ? old : withStatus(served, old), body)
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  if (type === 'application/merge-patch+json') {
    if (!isObject) throw badRequest('error decoding patch: a merge patch is an object')
    return (old: KubeObject) => mergePatch(old, body)
  }
  if (type === 'application/strategic-merge-patch+json' && !served.custom) {
    if (!isObject) throw badRequest('error decoding patch: a strategic merge patch is an object')
    const rules = mergeRulesOf(served.definition)
    return (old: KubeObject) =>
      strategicMerge(old as unknown as Record<string, unknown>, body as Record<string, unknown>, rules)
  }
  throw unsupportedType(
    type,
    types.filter((one) => !served.custom || one !== 'application/strategic-merge-patch+json'),
  )
}

/** A built-in kind's status is always there to be patched, filled or not. */
const withStatus = ({ definition }: Pick<Served, 'definition'>, old: KubeObject): KubeObject =>
  definition.hasStatus && !('status' in old) ? ({ ...old, status: {} } as KubeObject) : old
