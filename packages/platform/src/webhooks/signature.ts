import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { CodeHost } from '@sampan/resources/sampan/app'

interface Signed {
  headers: IncomingHttpHeaders
  /** The body as it came. */
  bytes: Uint8Array
  /** The JSON in it, which of a form is one field. */
  payload: string
}

/** A signed time may be off by so much, in milliseconds. */
const leewayMs = 5 * 60_000

/** Whether whoever sent it knows the secret, told the way its host does. An empty secret signs nothing. */
export function isSigned(host: CodeHost, given: Signed, secret: string, now: Date): boolean {
  if (secret === '') return false
  switch (host) {
    case 'github':
      return isHubSigned(given.headers, given.bytes, secret)
    case 'gitlab':
      return isGitlabToken(given.headers, secret) || isStandardSigned(given, secret, now)
    case 'gitea':
      return (
        isHexSigned(given.headers['x-forgejo-signature'], given.payload, secret) ||
        isHexSigned(given.headers['x-gitea-signature'], given.payload, secret) ||
        isHubSigned(given.headers, given.payload, secret)
      )
    case 'gogs':
      return isHexSigned(given.headers['x-gogs-signature'], given.payload, secret)
  }
}

/** `X-Hub-Signature-256: sha256=<hex>`; servers of before 2020 send `X-Hub-Signature: sha1=<hex>` only. */
function isHubSigned(headers: IncomingHttpHeaders, signed: Uint8Array | string, secret: string): boolean {
  const strong = headers['x-hub-signature-256']
  if (strong !== undefined) return isEqual(strong, `sha256=${hmac('sha256', secret, signed)}`)
  return isEqual(headers['x-hub-signature'], `sha1=${hmac('sha1', secret, signed)}`)
}

const isHexSigned = (header: string | string[] | undefined, signed: string, secret: string) =>
  isEqual(header, hmac('sha256', secret, signed))

const isGitlabToken = (headers: IncomingHttpHeaders, secret: string) => isEqual(headers['x-gitlab-token'], secret)

/** Standard Webhooks: base64 over `id.timestamp.body`; a key written `whsec_<base64>` is those bytes. */
function isStandardSigned({ headers, bytes }: Signed, secret: string, now: Date): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * 1000 - now.getTime()) > leewayMs) return false
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(bytes).digest('base64')
  return signatures.split(' ').some((one) => isEqual(one, `v1,${wanted}`))
}

const hmac = (algorithm: 'sha1' | 'sha256', secret: string, signed: Uint8Array | string) =>
  createHmac(algorithm, secret).update(signed).digest('hex')

/** In a time that tells nothing about where they differ: compared are hashes, which are all of one length. */
function isEqual(given: string | string[] | undefined, wanted: string): boolean {
  if (typeof given !== 'string') return false
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}
