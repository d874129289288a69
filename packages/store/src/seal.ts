import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Which values are kept encrypted, and with what: 32 bytes. */
export interface Sealed {
  prefixes: readonly string[]
  key: Uint8Array
}

const algorithm = 'aes-256-gcm'
/** First byte of a sealed value; a plain one is JSON and begins with a brace. */
const mark = 0x01
const ivBytes = 12
const tagBytes = 16

export const isSealed = (value: Uint8Array) => value[0] === mark

/** The value, unreadable without the key and bound to its place: nobody can swap one secret for another on disk. */
export function seal(value: Uint8Array, place: string, key: Uint8Array): Uint8Array {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(place))
  const body = Buffer.concat([cipher.update(value), cipher.final()])
  return Buffer.concat([Buffer.of(mark), iv, cipher.getAuthTag(), body])
}

/** Throws when the key is not the one it was sealed with, or the value was tampered with. */
export function unseal(value: Uint8Array, place: string, key: Uint8Array): Uint8Array {
  const iv = value.subarray(1, 1 + ivBytes)
  const tag = value.subarray(1 + ivBytes, 1 + ivBytes + tagBytes)
  const decipher = createDecipheriv(algorithm, key, iv).setAAD(Buffer.from(place)).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(value.subarray(1 + ivBytes + tagBytes)), decipher.final()])
  } catch (cause) {
    throw new Error(`${place} cannot be decrypted: this is not the key of this store`, { cause })
  }
}

/** The key in a file that only its owner reads; made, and on disk, the first time. */
export function sealKey(path: string): Uint8Array {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const file = openSync(path, 'wx', 0o600)
    const key = randomBytes(32)
    writeSync(file, key)
    fsyncSync(file)
    closeSync(file)
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(path)
  if (key.length !== 32) throw new Error(`${path} does not hold a key of 32 bytes`)
  return key
}
