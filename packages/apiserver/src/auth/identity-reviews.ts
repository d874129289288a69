import type { KubeObject } from '@sampan/resources/meta'
import type { VirtualKind } from '../handlers.ts'
import type { TokenReader } from './authenticators.ts'
import type { UserInfo } from './interfaces.ts'
import type { ServiceAccountTokens } from './service-account-tokens.ts'

interface TokenReview extends KubeObject {
  spec?: { token?: string; audiences?: string[] }
  status?: unknown
}

const group = 'authentication.k8s.io'
const version = 'v1'

/** TokenReview (whose token is this?) and SelfSubjectReview (who am I?). */
export function identityReviews(tokens: ServiceAccountTokens, readers: readonly TokenReader[]): VirtualKind[] {
  return [
    {
      group,
      version,
      kind: 'TokenReview',
      plural: 'tokenreviews',
      scope: 'Cluster',
      create: async (object: TokenReview) => ({ ...object, status: await reviewed(object.spec ?? {}) }) as KubeObject,
    },
    {
      group,
      version,
      kind: 'SelfSubjectReview',
      plural: 'selfsubjectreviews',
      scope: 'Cluster',
      create: async (object, { user }) => ({ ...object, status: { userInfo: shown(user) } }) as KubeObject,
    },
  ]

  async function reviewed({ token, audiences }: NonNullable<TokenReview['spec']>) {
    if (!token) return { user: {}, error: 'no token specified' }
    const wanted = audiences?.length ? audiences : [tokens.issuer]
    const checked = tokens.check(token, wanted)
    if (checked)
      return 'error' in checked ? { user: {}, error: checked.error } : accepted(checked.user, checked.audiences)
    for (const read of readers) {
      // Other tokens are for the API itself: no answer when it is not among the audiences.
      const user = wanted.includes(tokens.issuer) ? await readOrNot(read, token) : undefined
      if (user) return accepted(user, [tokens.issuer])
    }
    return { user: {}, error: '[invalid bearer token]' }
  }
}

async function readOrNot(read: TokenReader, token: string): Promise<UserInfo | undefined> {
  try {
    return await read(token)
  } catch (error) {
    if ((error as { reason?: string }).reason === 'Unauthorized') return undefined
    throw error
  }
}

const accepted = (user: UserInfo, audiences: readonly string[]) => ({
  authenticated: true,
  user: shown(user),
  audiences,
})

const shown = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid && { uid }),
  groups,
  ...(extra && { extra }),
})
