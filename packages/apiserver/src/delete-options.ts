import { badRequest, invalid } from '@sampan/resources/errors'
import { invalidValue, notSupported } from '@sampan/resources/problem'
import type { Call } from './handlers.ts'
import { dryRunOf, wholeNumber } from './query.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteOptions {
  grace: number | undefined
  propagation: Propagation | undefined
  uid: string | undefined
  resourceVersion: string | undefined
  dryRun: boolean
}

const about = { kind: 'DeleteOptions', group: 'meta.k8s.io' }
const policies = ['Foreground', 'Background', 'Orphan'] as const

/** Options of a DELETE from its body or, where there is none, its query. Throws BadRequest or Invalid. */
export async function deleteOptionsOf(call: Call): Promise<DeleteOptions> {
  const body = (await call.object()) as unknown
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw badRequest('the body of a DELETE must be DeleteOptions')
  return deleteOptionsFrom((body ?? {}) as Record<string, unknown>, call.query)
}

export function deleteOptionsFrom(body: Record<string, unknown>, query: URLSearchParams): DeleteOptions {
  const all = new URLSearchParams(query)
  if (Array.isArray(body.dryRun)) {
    all.delete('dryRun')
    for (const one of body.dryRun) all.append('dryRun', String(one))
  }
  const grace = body.gracePeriodSeconds ?? wholeNumber(query, 'gracePeriodSeconds')
  if (grace !== undefined && grace !== null && !Number.isInteger(grace))
    throw badRequest('gracePeriodSeconds must be a whole number')
  const policy = (body.propagationPolicy ?? query.get('propagationPolicy')) || undefined
  const orphan = body.orphanDependents ?? query.get('orphanDependents') ?? undefined
  if (policy !== undefined && orphan !== undefined)
    throw invalid(about, '', [
      invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    ])
  if (policy !== undefined && !policies.includes(policy as Propagation))
    throw invalid(about, '', [notSupported('propagationPolicy', policy, policies)])
  const conditions = (body.preconditions ?? {}) as { uid?: string; resourceVersion?: string }
  return {
    grace: grace as number | undefined,
    propagation:
      orphan === undefined
        ? (policy as Propagation | undefined)
        : orphan === true || orphan === 'true'
          ? 'Orphan'
          : 'Background',
    uid: conditions.uid || undefined,
    resourceVersion: conditions.resourceVersion || undefined,
    dryRun: dryRunOf(all, about),
  }
}
