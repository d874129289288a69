import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { unauthorized } from '@sampan/resources/errors'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import type { TokenReader } from './authenticators.ts'
import type { UserInfo } from './interfaces.ts'
import { claimsOf } from './jwt.ts'

export interface OidcOptions {
  /** Exactly as in the tokens' `iss`; its discovery document lies below it. */
  issuer: string
  /** Must be among the tokens' audiences. */
  clientId: string
  /** Claim with the user name; default `sub`. `email` counts only with `email_verified`. */
  usernameClaim?: string
  /** Claim with the groups: a text or a list; default `groups`. */
  groupsClaim?: string
  /** Stands before every name, so that nobody outside can be one of ours; default `<issuer>#`. */
  usernamePrefix?: string
  /** Stands before every group; default `oidc:`. Empty trusts the issuer with our groups. */
  groupsPrefix?: string
  /** Claims that must have exactly these values. */
  requiredClaims?: Readonly<Record<string, string>>
  /** PEM; default: the authorities of the system. */
  ca?: string
  now?: () => Date
}

const keysLast = 10 * 60_000
/** Unknown key ids make us look again, but not more often than this: anybody can send them. */
const lookAgainAfter = 30_000
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * Tokens of an OpenID Connect provider. The provider is first asked when the first of its tokens comes; while it cannot be
 * reached and its keys are not known, its tokens are refused.
 */
export function oidcReader(options: OidcOptions): TokenReader {
  const { issuer, clientId, ca, now = () => new Date() } = options
  const keys = providerKeys(issuer, ca, now)
  return async (token) => {
    if (claimsOf(token)?.iss !== issuer) return undefined
    const { createLocalJWKSet, jwtVerify, errors } = await import('jose') // only those with a provider pay for it
    const verify = async (set: JSONWebKeySet) =>
      (await jwtVerify(token, createLocalJWKSet(set), { issuer, audience: clientId, algorithms, currentDate: now() }))
        .payload
    try {
      try {
        return userFrom(await verify(await keys.current()), options)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        return userFrom(await verify(await keys.renewed()), options)
      }
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof ProviderError) throw unauthorized()
      throw error
    }
  }
}

/** The provider's answer cannot be used, or did not come. */
class ProviderError extends Error {}

function userFrom(claims: JWTPayload, options: OidcOptions): UserInfo {
  const { issuer, usernameClaim = 'sub', groupsClaim = 'groups', requiredClaims = {} } = options
  const { usernamePrefix = usernameClaim === 'email' ? '' : `${issuer}#`, groupsPrefix = 'oidc:' } = options
  const name = claims[usernameClaim]
  if (typeof name !== 'string' || name === '') throw unauthorized()
  if (usernameClaim === 'email' && claims.email_verified === false) throw unauthorized()
  for (const [claim, value] of Object.entries(requiredClaims)) if (claims[claim] !== value) throw unauthorized()
  const groups = [claims[groupsClaim] ?? []].flat().filter((one) => typeof one === 'string')
  // A provider speaks for its own people only: names with a meaning here need a prefix that gives them another.
  const named = `${usernamePrefix}${name}`
  if (named.startsWith('system:')) throw unauthorized()
  const ours = groups.map((group) => `${groupsPrefix}${group}`).filter((group) => !group.startsWith('system:'))
  return { name: named, groups: [...ours, 'system:authenticated'] }
}

function providerKeys(issuer: string, ca: string | undefined, now: () => Date) {
  let held: { set: Promise<JSONWebKeySet>; at: number } | undefined
  const fetch = () => {
    const set = fetchKeys(issuer, ca)
    held = { set, at: now().getTime() }
    set.catch(() => {
      held = undefined
    })
    return set
  }
  return {
    current: () => (held && now().getTime() - held.at < keysLast ? held.set : fetch()),
    renewed: () => (held && now().getTime() - held.at < lookAgainAfter ? held.set : fetch()),
  }
}

async function fetchKeys(issuer: string, ca: string | undefined): Promise<JSONWebKeySet> {
  const config = (await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, ca)) as {
    issuer?: string
    jwks_uri?: string
  }
  if (config.issuer !== issuer || !config.jwks_uri)
    throw new ProviderError(`${issuer}: its discovery document is for ${config.issuer}`)
  const keys = (await fetchJson(config.jwks_uri, ca)) as JSONWebKeySet
  if (!Array.isArray(keys?.keys)) throw new ProviderError(`${issuer}: no keys at ${config.jwks_uri}`)
  return keys
}

function fetchJson(url: string, ca: string | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(new ProviderError(`${url} cannot be read`, { cause }))
    const get = url.startsWith('https:') ? httpsGet : httpGet
    const call = get(url, { ...(ca && { ca }), timeout: 10_000, agent: false }, async (response) => {
      try {
        let text = ''
        for await (const chunk of response) {
          text += chunk
          if (text.length > 1024 * 1024) throw new Error('too large')
        }
        if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`)
        resolve(JSON.parse(text))
      } catch (error) {
        fail(error)
      }
    })
    call.on('timeout', () => call.destroy(new Error('no answer')))
    call.on('error', fail)
  })
}
