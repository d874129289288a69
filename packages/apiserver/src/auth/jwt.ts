import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** What signs and what checks tokens: RS256, as every OIDC client can. */
export interface SigningKey {
  privateKey: KeyObject
  publicKey: KeyObject
  /** Names the key in tokens and in the JWKS. */
  kid: string
}

/** Throws when `pem` is not an RSA private key. */
export function signingKeyFrom(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('service account tokens are signed with an RSA key')
  const publicKey = createPublicKey(privateKey)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return { privateKey, publicKey, kid: createHash('sha256').update(spki).digest('base64url') }
}

export function signJwt({ privateKey, kid }: SigningKey, claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`
}

/** The claims when the signature is ours; undefined otherwise. Times are not looked at. */
export function openJwt({ publicKey, kid }: SigningKey, token: string): Record<string, unknown> | undefined {
  const [header, body, signature, ...rest] = token.split('.')
  if (!header || !body || !signature || rest.length > 0) return undefined
  const named = decoded(header)
  if (named?.alg !== 'RS256' || named.kid !== kid) return undefined
  const good = verify('RSA-SHA256', Buffer.from(`${header}.${body}`), publicKey, Buffer.from(signature, 'base64url'))
  return good ? decoded(body) : undefined
}

/** The claims without any check: only to see who might have issued it. */
export const claimsOf = (token: string) => decoded(token.split('.')[1] ?? '')

/** The public keys as clients fetch them (RFC 7517). */
export const jwksOf = ({ publicKey, kid }: SigningKey) => ({
  keys: [{ use: 'sig', alg: 'RS256', kid, ...publicKey.export({ format: 'jwk' }) }],
})

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined // not a JWT at all
    throw error
  }
}
