import { badRequest, conflict, invalid, notFound } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { invalidValue, tooLong } from '@sampan/resources/problem'
import type { SubresourceCall, SubresourceHandler } from '../handlers.ts'
import { typedBody } from '../typed-body.ts'
import type { BoundTo, LookUp, ServiceAccountTokens } from './service-account-tokens.ts'

interface TokenRequest extends KubeObject {
  spec?: {
    audiences?: string[]
    expirationSeconds?: number
    boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string }
  }
}

type Pod = KubeObject & { spec?: { serviceAccountName?: string; nodeName?: string } }

const kind = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }
const leastSeconds = 600
/**
 * What service account admission asks for in pods. Clients of before 2019 never read the file again, so such a token
 * really lasts a year, and `warnafter` tells when its reader should have come back.
 */
const podSeconds = 3607
const yearSeconds = 365 * 24 * 3600
const bindable = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const

/** POST `serviceaccounts/<name>/token`. */
export function tokenRequests(tokens: ServiceAccountTokens, lookUp: LookUp): SubresourceHandler {
  return {
    group: '',
    plural: 'serviceaccounts',
    subresource: 'token',
    kind,
    verbs: ['create'],
    handle: async (call) => ({ status: 201, object: answered(await typedBody(call, kind), call, tokens, lookUp) }),
  }
}

function answered(
  body: KubeObject | undefined,
  { namespace, name }: SubresourceCall,
  tokens: ServiceAccountTokens,
  lookUp: LookUp,
) {
  const request = (body ?? { metadata: {} }) as TokenRequest
  if (request.metadata?.name && request.metadata.name !== name)
    throw badRequest('the name of the object does not match the name on the URL')
  const { audiences = [], expirationSeconds = 3600, boundObjectRef } = request.spec ?? {}
  const account = lookUp('serviceaccounts', name, namespace)
  if (!account) throw notFound({ plural: 'serviceaccounts', group: '' }, name)
  checkSeconds(expirationSeconds)
  const forApi = audiences.length === 0 || (audiences.length === 1 && audiences[0] === tokens.issuer)
  const lasting = expirationSeconds === podSeconds && forApi && boundObjectRef?.kind === 'Pod'
  const bound = boundObjectRef && boundTo(boundObjectRef, { namespace: namespace!, account: name }, lookUp)
  const { token, expires } = tokens.issue({
    namespace: namespace!,
    serviceAccount: { name, uid: account.metadata.uid! },
    audiences: audiences.length > 0 ? audiences : [tokens.issuer],
    seconds: lasting ? yearSeconds : expirationSeconds,
    ...bound,
    ...(lasting && { warnAfterSeconds: podSeconds }),
  })
  // A lasting token tells the short time: who reads it must come back as if it ended then.
  const until = lasting ? new Date(expires.getTime() - (yearSeconds - podSeconds) * 1000) : expires
  return {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name, namespace, creationTimestamp: null },
    spec: {
      audiences: audiences.length > 0 ? audiences : [tokens.issuer],
      expirationSeconds,
      boundObjectRef: boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: until.toISOString().replace(/\.\d+Z$/, 'Z') },
  }
}

function checkSeconds(seconds: number) {
  const field = 'spec.expirationSeconds'
  const about = { kind: kind.kind, group: kind.group }
  if (!Number.isInteger(seconds) || seconds < leastSeconds)
    throw invalid(about, '', [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')])
  if (seconds > 2 ** 32) throw invalid(about, '', [tooLong(field, 2 ** 32)])
}

function boundTo(
  { kind: boundKind, name, uid }: NonNullable<NonNullable<TokenRequest['spec']>['boundObjectRef']>,
  { namespace, account }: { namespace: string; account: string },
  lookUp: LookUp,
): { boundTo: BoundTo; node?: { name: string; uid?: string } } {
  if (!boundKind || !(boundKind in bindable) || !name)
    throw badRequest(`cannot bind token for serviceaccount "${account}" to an object of kind ${boundKind}`)
  const plural = bindable[boundKind as keyof typeof bindable]
  const about = { plural, group: '' }
  const found = lookUp(plural, name, boundKind === 'Node' ? undefined : namespace) as Pod | undefined
  if (!found) throw notFound(about, name)
  const foundUid = found.metadata.uid!
  if (uid && uid !== foundUid)
    throw conflict(
      about,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  const bound: BoundTo = { kind: boundKind as BoundTo['kind'], name, uid: foundUid }
  if (boundKind !== 'Pod') return { boundTo: bound }
  if ((found.spec?.serviceAccountName || 'default') !== account)
    throw badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    )
  const node = found.spec?.nodeName
  return { boundTo: bound, ...(node && { node: { name: node, uid: lookUp('nodes', node)?.metadata.uid } }) }
}
