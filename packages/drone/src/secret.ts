import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** The repository's key as AES-256 takes it: 32 bytes as they are, anything else hashed to 32. */
function keyOf(secret: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(secret as Uint8Array)
  return bytes.length === 32 ? bytes : createHash('sha256').update(bytes).digest()
}

const nonceLength = 12
const tagLength = 16

/** Base64 of nonce, AES-256-GCM cipher text and tag: what `data` of a `kind: secret` document holds. */
export function encryptedSecret(plain: string, secret: string | Uint8Array, nonce = randomBytes(nonceLength)): string {
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce)
  return Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** The secret's value; undefined when the key is another's or the data was tampered with. */
export function decryptedSecret(data: string, secret: string | Uint8Array): string | undefined {
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length < nonceLength + tagLength) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, nonceLength))
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength))
  const plain = decipher.update(bytes.subarray(nonceLength, bytes.length - tagLength))
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8')
  } catch (error) {
    if ((error as Error).message.includes('authenticate')) return undefined
    throw error
  }
}
