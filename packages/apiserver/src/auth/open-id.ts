import type { PathHandler } from '../handlers.ts'
import { jwksOf } from './jwt.ts'
import type { ServiceAccountTokens } from './service-account-tokens.ts'

/** The documents by which others check service account tokens by themselves (OpenID Connect discovery). */
export function openIdDocuments({ issuer, key }: ServiceAccountTokens): PathHandler[] {
  const jwks = '/openid/v1/jwks'
  const documents: [path: string, type: string, document: object][] = [
    [
      '/.well-known/openid-configuration',
      'application/json',
      {
        issuer,
        jwks_uri: `${issuer}${jwks}`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    ],
    [jwks, 'application/jwk-set+json', jwksOf(key)],
  ]
  return documents.map(([path, type, document]) => ({
    path,
    methods: ['GET'],
    handle: async () => ({
      status: 200,
      headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' },
      text: JSON.stringify(document),
    }),
  }))
}
