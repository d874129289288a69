import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * A credential that carries its own claims: `<base64url JSON>.<base64url HMAC-SHA256>`. Nothing has to be stored for it
 * to be checked after a restart, so it suits one-run credentials; whoever has the text has the rights it names.
 */
export interface Claims {
  /** What the ticket is for. A ticket is good for one use only, whatever else it says. */
  use: string
  /** Seconds since 1970; left out: until the key changes. */
  exp?: number
}

export function sealTicket<T extends Claims>(key: Uint8Array, claims: T): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${body}.${signature(key, body).toString('base64url')}`
}

/** The claims of a genuine ticket for `use` that has not run out, else undefined. */
export function openTicket<T extends Claims>(
  key: Uint8Array,
  ticket: string,
  { use, now }: { use: T['use']; now: Date },
): T | undefined {
  const [body, sealed, ...rest] = ticket.split('.')
  if (!body || !sealed || rest.length > 0) return undefined
  const given = Buffer.from(sealed, 'base64url')
  const wanted = signature(key, body)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as T
  if (claims.use !== use) return undefined
  if (claims.exp !== undefined && claims.exp * 1000 <= now.getTime()) return undefined
  return claims
}

const signature = (key: Uint8Array, body: string) => createHmac('sha256', key).update(body).digest()
