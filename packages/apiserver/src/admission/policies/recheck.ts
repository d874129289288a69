import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import { isReason } from '@sampan/resources/errors'
import { systemUser } from '../../auth/interfaces.ts'
import { changeObject } from '../../change.ts'
import type { Context } from '../../context.ts'
import { internalCall } from '../../internal-call.ts'
import type { TypeChecking } from './expression-checks.ts'
import type { Policy } from './expressions.ts'

const group = 'admissionregistration.k8s.io'
const plural = 'validatingadmissionpolicies'
type Checked = Policy & { status?: { typeChecking?: TypeChecking } }

/** Changes of definitions are gathered this long: many are often made at once. */
const pauseMs = 100

/**
 * Types of validating policies are checked with the write of the policy; this repeats it for those that name custom kinds
 * when these have come, changed or gone. Returned is what is to be called after a definition was written.
 */
export function recheckTypes(context: Context, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })

  const recheck = async () => {
    timer = undefined
    const { namesCustomKinds, typeChecking } = await import('./expression-checks.ts')
    for (const policy of context.objects.list<Checked>({ group, plural })) {
      if (signal.aborted) return
      if (!namesCustomKinds(policy, context.kinds)) continue
      const now = typeChecking(policy, context.kinds)
      if (!jsonEqual(now as never, (policy.status?.typeChecking ?? {}) as never)) await say(policy, now)
    }
  }

  const say = async ({ metadata: { name, generation } }: Checked, now: TypeChecking) => {
    const served = context.kinds.find(group, 'v1', plural)!
    const target = { served, name, namespace: undefined, subresource: 'status', rest: undefined }
    try {
      await changeObject(context, target, internalCall('PUT', systemUser), {
        next: (old) => {
          const next = jsonCopy(old) as Checked
          // A newer policy has been checked with its write.
          if (old.metadata.generation === generation) next.status = { ...next.status, typeChecking: now }
          return next
        },
        subresource: 'status',
        dryRun: false,
      })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  return () => {
    if (signal.aborted || context.store.count(`/${group}/${plural}/`) === 0) return
    timer ??= setTimeout(() => {
      recheck().catch((error: unknown) => context.log.error('types of policies could not be checked again', { error }))
    }, pauseMs)
    timer.unref()
  }
}
