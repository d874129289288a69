import { createHmac, timingSafeEqual } from 'node:crypto'
import { allDocumentsOf, type TextDocument } from './documents.ts'
import { decoded, parsed } from './read.ts'
import { kind, signature } from './shapes.ts'

/** Shortest key a signature may have, in bytes. */
const shortestKey = 32

/** HMAC-SHA256 (hex) over all documents of a file but its signature. Throws `RangeError` for a key under 32 bytes. */
export function hmacOf(text: string, key: string | Uint8Array): string {
  if (Buffer.byteLength(key) < shortestKey) throw new RangeError(`A signing key has at least ${shortestKey} bytes.`)
  const hmac = createHmac('sha256', key)
  for (const document of unsigned(text)) hmac.update(document.text)
  return hmac.digest('hex')
}

/** The file with a fresh signature at its end, in place of any it had. */
export const signed = (text: string, key: string | Uint8Array): string => withSignature(text, hmacOf(text, key))

/** The file with a signature that somebody else made of it. */
export const withSignature = (text: string, hmac: string): string =>
  `${unsigned(text)
    .map((document) => `---\n${document.text}`)
    .join('')}---\nkind: signature\nhmac: ${hmac}\n\n...\n`

/** Says whether the file carries the right signature. False when it has none. */
export function isSigned(text: string, key: string | Uint8Array): boolean {
  const given = allDocumentsOf(text).map(signatureIn).find(Boolean)
  if (!given || !/^[0-9a-f]{64}$/i.test(given)) return false
  return timingSafeEqual(Buffer.from(given, 'hex'), Buffer.from(hmacOf(text, key), 'hex'))
}

const unsigned = (text: string) => allDocumentsOf(text).filter((document) => signatureIn(document) === undefined)

/** The hmac of a signature document, undefined of every other. */
function signatureIn(document: TextDocument): string | undefined {
  if (!document.text.includes('signature')) return undefined
  const notes = { errors: [], warnings: [] }
  const node = parsed(document, notes)
  if (!node || decoded(node, kind, notes)?.kind !== 'signature') return undefined
  return decoded(node, signature, notes)?.hmac ?? ''
}
