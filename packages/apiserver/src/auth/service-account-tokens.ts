import { createHash, randomUUID } from 'node:crypto'
import type { KubeObject } from '@sampan/resources/meta'
import type { UserInfo } from './interfaces.ts'
import { openJwt, type SigningKey, signJwt } from './jwt.ts'

/** Reads an object as it is now; undefined when there is none. */
export type LookUp = (
  plural: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
  name: string,
  namespace?: string,
) => KubeObject | undefined

export interface BoundTo {
  kind: 'Pod' | 'Secret' | 'Node'
  name: string
  uid: string
}

interface Grant {
  namespace: string
  serviceAccount: { name: string; uid: string }
  audiences: readonly string[]
  seconds: number
  boundTo?: BoundTo
  /** The node of the pod it is bound to. */
  node?: { name: string; uid?: string }
  /** From here on its owner should have asked for a new one. */
  warnAfterSeconds?: number
}

interface Named {
  name: string
  uid?: string
}

interface Claims {
  iss: string
  sub: string
  aud: string[]
  exp: number
  iat: number
  nbf: number
  jti: string
  'kubernetes.io': {
    namespace: string
    serviceaccount: Named
    pod?: Named
    secret?: Named
    node?: Named
    warnafter?: number
  }
}

export type Checked = { user: UserInfo; audiences: string[] } | { error: string }

export interface TokenOptions {
  key: SigningKey
  issuer: string
  now: () => Date
  lookUp: LookUp
}

export type ServiceAccountTokens = ReturnType<typeof serviceAccountTokens>

/**
 * Tokens of service accounts: signed, so nothing is stored; bound to the uids of their account and pod, so deleting
 * either ends them at once.
 */
export function serviceAccountTokens({ key, issuer, now, lookUp }: TokenOptions) {
  const verified = new VerifiedTokens(key)

  function issueToken(grant: Grant): { token: string; expires: Date } {
    const iat = Math.floor(now().getTime() / 1000)
    const { namespace, serviceAccount, boundTo, node } = grant
    const claims: Claims = {
      aud: [...grant.audiences],
      exp: iat + grant.seconds,
      iat,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node && boundTo?.kind === 'Pod' && { node }),
        ...(boundTo && { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } }),
        serviceaccount: serviceAccount,
        ...(grant.warnAfterSeconds !== undefined && { warnafter: iat + grant.warnAfterSeconds }),
      },
      nbf: iat,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    }
    return { token: signJwt(key, claims), expires: new Date(claims.exp * 1000) }
  }

  /** Undefined when the token is none of ours; an error when it is but no longer good. `audiences`: one must match. */
  function check(token: string, audiences: readonly string[]): Checked | undefined {
    const claims = verified.open(token)
    if (!claims || claims.iss !== issuer || !claims['kubernetes.io']?.serviceaccount) return undefined
    const seconds = now().getTime() / 1000
    if (claims.exp <= seconds) return { error: 'service account token has expired' }
    if (claims.nbf > seconds + 60) return { error: 'service account token is not valid yet' }
    const shared = claims.aud.filter((one) => audiences.includes(one))
    if (shared.length === 0)
      return {
        error: `token audiences ${JSON.stringify(claims.aud)} is invalid for the target audiences ${JSON.stringify(audiences)}`,
      }
    const gone = missing(claims['kubernetes.io'])
    return gone ? { error: gone } : { user: userOf(claims), audiences: shared }
  }

  function missing({ namespace, serviceaccount, pod, secret }: Claims['kubernetes.io']): string | undefined {
    const bound = [
      ['serviceaccounts', serviceaccount],
      ['pods', pod],
      ['secrets', secret],
    ] as const
    for (const [plural, named] of bound) {
      if (!named) continue
      const found = lookUp(plural, named.name, namespace)?.metadata
      if (!found) return `${plural} "${named.name}" not found`
      if (named.uid !== found.uid) return `${plural} "${named.name}" was made anew: the token is for its predecessor`
      const grace = now().getTime() - 60_000
      if (found.deletionTimestamp && Date.parse(found.deletionTimestamp) < grace)
        return `${plural} "${named.name}" has been deleted`
    }
    return undefined
  }

  return { issue: issueToken, check, issuer, key }
}

function userOf({ sub, jti, 'kubernetes.io': bound }: Claims): UserInfo {
  const extra: Record<string, string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] }
  const add = (what: 'pod' | 'node') => {
    const one = bound[what]
    if (!one) return
    extra[`authentication.kubernetes.io/${what}-name`] = [one.name]
    if (one.uid) extra[`authentication.kubernetes.io/${what}-uid`] = [one.uid]
  }
  add('pod')
  add('node')
  return {
    name: sub,
    uid: bound.serviceaccount.uid,
    groups: serviceAccountGroups(bound.namespace),
    extra,
  }
}

export const serviceAccountGroups = (namespace: string) => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  'system:authenticated',
]

/** Claims of tokens whose signature was good, by the token's hash: a check costs 30 µs, most tokens come thousands of times. */
class VerifiedTokens {
  readonly #key: SigningKey
  readonly #claims = new Map<string, Claims>()

  constructor(key: SigningKey) {
    this.#key = key
  }

  open(token: string): Claims | undefined {
    const id = createHash('sha256').update(token).digest('base64')
    const known = this.#claims.get(id)
    if (known) return known
    const claims = openJwt(this.#key, token) as Claims | undefined
    if (!claims) return undefined
    if (this.#claims.size >= 2000) this.#claims.delete(this.#claims.keys().next().value!) // the oldest
    this.#claims.set(id, claims)
    return claims
  }
}
