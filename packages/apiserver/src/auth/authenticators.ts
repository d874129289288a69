import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { unauthorized } from '@sampan/resources/errors'
import type { Authenticator, UserInfo } from './interfaces.ts'
import type { ServiceAccountTokens } from './service-account-tokens.ts'

/** Somebody recognised by a bearer token; undefined: not one of mine; throws Unauthorized: mine, but not good. */
export type TokenReader = (token: string) => UserInfo | undefined | Promise<UserInfo | undefined>

/** Nobody has to say who they are to ask how the server is; for everything else they must. */
const openPaths = /^\/(healthz|livez|readyz|version)(\/|\?|$)/

/**
 * Client certificate first, then each token reader in turn. A token that nobody knows is refused, never ignored, and
 * without any credentials only the health of the server can be asked for.
 */
export function authenticatorOf(readers: readonly TokenReader[]): Authenticator {
  return {
    authenticate(request) {
      const user = certificateUser(request)
      if (user) return user
      const token = bearerToken(request)
      if (token !== undefined) return readToken(readers, token)
      if (openPaths.test(request.url ?? '')) return undefined
      throw unauthorized()
    },
  }
}

async function readToken(readers: readonly TokenReader[], token: string): Promise<UserInfo> {
  for (const read of readers) {
    const user = await read(token)
    if (user) return user
  }
  throw unauthorized()
}

const perSocket = new WeakMap<object, UserInfo | false>()

/** CN is the user, every O a group. Taken from the connection once: certificates do not change on it. */
export function certificateUser({ socket }: IncomingMessage): UserInfo | undefined {
  const known = perSocket.get(socket)
  if (known !== undefined) return known || undefined
  const user = userOnSocket(socket as TLSSocket)
  perSocket.set(socket, user ?? false)
  return user
}

function userOnSocket(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined // no certificate, or none that our authority signed
  const subject = socket.getPeerCertificate()?.subject as { CN?: string | string[]; O?: string | string[] } | undefined
  const name = [subject?.CN ?? []].flat()[0]
  if (!name) return undefined
  return { name, groups: [...new Set([...[subject?.O ?? []].flat(), 'system:authenticated'])] }
}

/** The token of an `Authorization: Bearer` header, or of the WebSocket subprotocol browsers must use for it. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer) return bearer
  const offered = headers['sec-websocket-protocol']?.split(',').map((one) => one.trim()) ?? []
  const protocol = offered.find((one) => one.startsWith(tokenProtocol))
  return protocol && Buffer.from(protocol.slice(tokenProtocol.length), 'base64url').toString()
}

export const tokenProtocol = 'base64url.bearer.authorization.k8s.io.'

export const serviceAccountReader =
  (tokens: ServiceAccountTokens): TokenReader =>
  (token) => {
    const checked = tokens.check(token, [tokens.issuer])
    if (checked && 'error' in checked) throw unauthorized()
    return checked?.user
  }

/** Tokens that are known beforehand. Held as hashes, so that a comparison tells nothing by its time. */
export function staticTokens(entries: Iterable<readonly [token: string, user: UserInfo]>): TokenReader {
  const users = new Map([...entries].map(([token, user]) => [hash(token), user]))
  return (token) => users.get(hash(token))
}

const hash = (token: string) => createHash('sha256').update(token).digest('base64')
