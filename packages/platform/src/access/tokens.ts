import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { type Secret, secret } from '@sampan/resources/core/secret'
import { isReason } from '@sampan/resources/errors'
import { systemNamespace } from '../config.ts'

/** What is known of a token; its text is shown once and never stored. */
export interface TokenRecord {
  id: string
  user: string
  /** `session`: made by a login in a browser. `token`: made to be kept by a program. */
  use: 'session' | 'token'
  title?: string
  /** Milliseconds since 1970; undefined: until it is revoked. */
  expiresAt?: number
  createdAt?: string
}

const prefix = 'token-'
export const userLabel = 'sampan.dev/user'
const useLabel = 'sampan.dev/token-use'
const form = /^spt_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

export const tokenName = (id: string) => `${prefix}${id}`
const hashOf = (secretPart: string) => createHash('sha256').update(secretPart).digest('hex')

/** Makes `spt_<id>_<secret>`: the id finds the Secret, of the rest only a SHA-256 is kept (it is random: no salt needed). */
export async function makeToken(
  client: Client,
  of: Omit<TokenRecord, 'id' | 'createdAt'>,
): Promise<{ token: string; id: string }> {
  const id = randomBytes(8).toString('hex')
  const key = randomBytes(32).toString('base64url')
  await client.create(secret, {
    metadata: {
      name: tokenName(id),
      namespace: systemNamespace,
      labels: { [userLabel]: of.user, [useLabel]: of.use },
      annotations: {
        ...(of.title && { 'sampan.dev/title': of.title }),
        ...(of.expiresAt && { 'sampan.dev/expires-at': new Date(of.expiresAt).toISOString() }),
      },
    },
    type: 'sampan.dev/token',
    data: { sha256: Buffer.from(hashOf(key)).toString('base64') },
  })
  return { token: `spt_${id}_${key}`, id }
}

/** Who holds `token`; undefined when it is wrong, revoked or has run out. */
export async function checkToken(client: Client, token: string, now: Date): Promise<TokenRecord | undefined> {
  const [, id, key] = form.exec(token) ?? []
  if (!id || !key) return undefined
  const found = await client.find(secret, { namespace: systemNamespace, name: tokenName(id) })
  if (found?.type !== 'sampan.dev/token') return undefined
  const stored = Buffer.from(found.data?.sha256 ?? '', 'base64')
  const given = Buffer.from(hashOf(key))
  if (stored.length !== given.length || !timingSafeEqual(stored, given)) return undefined
  const record = recordFrom(found)
  return record.expiresAt !== undefined && record.expiresAt <= now.getTime() ? undefined : record
}

export async function listTokens(client: Client, user?: string): Promise<TokenRecord[]> {
  const labels = user === undefined ? useLabel : `${useLabel},${userLabel}=${user}`
  const { items } = await client.list(secret, { namespace: systemNamespace, labels })
  return items.map(recordFrom)
}

/** Revoking what is gone already is fine. */
export async function revokeToken(client: Client, id: string): Promise<void> {
  try {
    await client.remove(secret, { namespace: systemNamespace, name: tokenName(id) })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}

/** The id of a token's text, without asking whether it is good. */
export const tokenId = (token: string): string | undefined => form.exec(token)?.[1]

/** Removes what has run out. */
export async function sweepTokens(client: Client, now: Date): Promise<void> {
  for (const { id, expiresAt } of await listTokens(client)) {
    if (expiresAt !== undefined && expiresAt <= now.getTime()) await revokeToken(client, id)
  }
}

export function recordFrom({ metadata }: Secret): TokenRecord {
  const expires = metadata.annotations?.['sampan.dev/expires-at']
  return {
    id: metadata.name.slice(prefix.length),
    user: metadata.labels?.[userLabel] ?? '',
    use: metadata.labels?.[useLabel] === 'session' ? 'session' : 'token',
    title: metadata.annotations?.['sampan.dev/title'],
    expiresAt: expires ? Date.parse(expires) : undefined,
    createdAt: metadata.creationTimestamp,
  }
}
