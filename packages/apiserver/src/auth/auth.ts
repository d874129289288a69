import type { Admission } from '../admission/interfaces.ts'
import type { PathHandler, SubresourceHandler, VirtualKind } from '../handlers.ts'
import type { Objects } from '../objects.ts'
import { accessReviews } from './access-reviews.ts'
import { authenticatorOf, serviceAccountReader, type TokenReader } from './authenticators.ts'
import { escalationCheck } from './escalation.ts'
import { identityReviews } from './identity-reviews.ts'
import { impersonate, wantsImpersonation } from './impersonate.ts'
import type { Auth } from './interfaces.ts'
import { signingKeyFrom } from './jwt.ts'
import { openIdDocuments } from './open-id.ts'
import { rbacAuthorizer } from './rbac.ts'
import { type LookUp, type ServiceAccountTokens, serviceAccountTokens } from './service-account-tokens.ts'
import { tokenRequests } from './token-request.ts'

export interface AuthOptions {
  objects: Objects
  /** PEM, from `openPki`. */
  serviceAccountKey: string
  /** Of service account tokens, and their default audience: `https://kubernetes.default.svc.cluster.local`. */
  issuer: string
  /** Further bearer tokens, asked after service accounts: static ones, OIDC. */
  readers?: readonly TokenReader[]
  now?: () => Date
  signal: AbortSignal
}

/** Identity and rights, ready to be plugged into the API server. */
export interface AuthParts {
  auth: Auth
  tokens: ServiceAccountTokens
  subresources: SubresourceHandler[]
  virtualKinds: VirtualKind[]
  paths: PathHandler[]
  admission: Admission[]
}

/** Client certificates and bearer tokens, RBAC, impersonation, reviews and tokens, all over one store. */
export function createAuth({
  objects,
  serviceAccountKey,
  issuer,
  readers = [],
  now = () => new Date(),
  signal,
}: AuthOptions): AuthParts {
  const lookUp: LookUp = (plural, name, namespace) => objects.get({ group: '', plural }, name, namespace)
  const tokens = serviceAccountTokens({ key: signingKeyFrom(serviceAccountKey), issuer, now, lookUp })
  const rbac = rbacAuthorizer(objects, signal)
  return {
    auth: {
      authenticator: authenticatorOf([serviceAccountReader(tokens), ...readers]),
      authorizer: rbac,
      impersonate: (user, headers) => (wantsImpersonation(headers) ? impersonate(rbac, user, headers) : user),
    },
    tokens,
    subresources: [tokenRequests(tokens, lookUp)],
    virtualKinds: [...accessReviews(rbac, rbac), ...identityReviews(tokens, readers)],
    paths: openIdDocuments(tokens),
    admission: [escalationCheck(rbac)],
  }
}
