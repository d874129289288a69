import { createHmac, timingSafeEqual } from 'node:crypto'
import { documentsOf } from './documents.ts'
import { decoded, parsed } from './read.ts'
import { kind, signature } from './shapes.ts'

/** HMAC-SHA256 (hex) over all documents of a file but its signature. `secret` is the repository's, of 32 bytes or more. */
export function hmacOf(text: string, secret: string | Uint8Array): string {
  return createHmac('sha256', secret).update(unsigned(text)).digest('hex')
}

/** The file with a fresh signature at its end, in place of any it had. */
export const signed = (text: string, secret: string | Uint8Array): string =>
  `${unsigned(text).replace(/\n*$/, '\n')}${trailer(hmacOf(text, secret))}`

/** Says whether the file carries the right signature. False when it has none. */
export function isSigned(text: string, secret: string | Uint8Array): boolean {
  const given = signatureIn(text)
  if (!given || !/^[0-9a-f]{64}$/i.test(given)) return false
  return timingSafeEqual(Buffer.from(given, 'hex'), Buffer.from(hmacOf(text, secret), 'hex'))
}

const trailer = (hmac: string) => `---\nkind: signature\nhmac: ${hmac}\n\n...\n`

/** The hmac of the file's signature document. */
export function signatureIn(text: string): string | undefined {
  for (const document of documentsOf(text)) {
    const notes = { errors: [], warnings: [] }
    const node = parsed(document, notes)
    if (!node || decoded(node, kind, notes)?.kind !== 'signature') continue
    return decoded(node, signature, notes)?.hmac
  }
  return undefined
}

/** All lines of all documents that are no signature, each document after `---\n`, ready to be hashed and written. */
function unsigned(text: string): string {
  const kept: string[] = []
  for (const document of documentsOf(text)) {
    const notes = { errors: [], warnings: [] }
    const node = parsed(document, notes)
    if (node && decoded(node, kind, notes)?.kind === 'signature') continue
    kept.push(`---\n${document.text.replace(/\n*$/, '\n')}`)
  }
  return kept.join('\n')
}
