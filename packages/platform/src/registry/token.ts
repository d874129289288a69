import { randomUUID, sign } from 'node:crypto'
import type { RegistryKeys } from './keys.ts'
import type { Scope } from './scope.ts'

export const tokenService = 'sampan-registry'
export const tokenIssuer = 'sampan'
/** Seconds a token is good for. Pushing a large layer only needs it at the beginning of each request. */
export const tokenSeconds = 600

/** An access token as distribution's `auth.token` takes it: ES256, one audience as text, whole seconds. */
export function accessToken(keys: RegistryKeys, subject: string, access: readonly Scope[], now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const header = { typ: 'JWT', alg: 'ES256', kid: keys.kid, x5c: [keys.x5c] }
  const claims = {
    iss: tokenIssuer,
    sub: subject,
    aud: tokenService,
    iat: seconds,
    nbf: seconds - 10,
    exp: seconds + tokenSeconds,
    jti: randomUUID(),
    access,
  }
  const body = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(body), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${body}.${signature.toString('base64url')}`
}
