import type { Client } from '@sampan/client/client'
import { forbidden, unauthorized } from '@sampan/resources/errors'
import { type Allow, type Caller, type Place, parametersIn, placeOf, type Right } from './route.ts'

/** Whether the caller has a right; `api` acts as the caller. */
export type May = (caller: Caller, right: Right, place: Place, api: Client) => Promise<boolean>

/** Throws Unauthorized or Forbidden unless `allow` lets the caller through. */
export async function requireAllowed(
  allow: Allow,
  caller: Caller | undefined,
  params: Record<string, string>,
  ask: (caller: Caller, right: Right, place: Place) => Promise<boolean>,
): Promise<void> {
  if (typeof allow === 'object' && 'anyone' in allow) return
  if (!caller) throw unauthorized()
  if (allow === 'signed-in') return
  const place = placeOf(allow, params)
  if (await ask(caller, allow, place)) return
  const what = `${allow.on.plural}${allow.subresource ? `/${allow.subresource}` : ''}`
  const where = place.namespace ? `in namespace "${place.namespace}"` : 'at the cluster scope'
  throw forbidden(
    allow.on,
    place.name ?? '',
    `User "${caller.name}" cannot ${allow.verb} resource "${what}" ${where}; ask an owner of the project or an administrator`,
  )
}

/** Asks the cluster itself, as the caller. */
export const askCluster: May = async (_, right, place, api) => {
  const response = await api.raw({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          verb: right.verb,
          group: right.on.group,
          resource: right.on.plural,
          subresource: right.subresource,
          ...place,
        },
      },
    },
  })
  const review = (await response.object()) as { status?: { allowed?: boolean } }
  return review.status?.allowed === true
}

/** Throws when a route forgot to say who may call it. Types say so too, but not everything is type-checked. */
export function requireAllow({ path, allow }: { path: string; allow?: Allow }): void {
  if (allow === 'signed-in' || (isObject(allow) && 'anyone' in allow && allow.anyone)) return
  if (!isObject(allow) || !('verb' in allow) || !allow.verb || !allow.on)
    throw new Error(`route ${path} does not say who may call it: set allow`)
  const known = parametersIn(path)
  for (const name of parametersIn(`${allow.namespace ?? ''} ${allow.name ?? ''}`))
    if (!known.includes(name)) throw new Error(`route ${path} asks for a right at :${name}, which is not in its path`)
}

const isObject = (allow: Allow | undefined) => typeof allow === 'object' && allow !== null
