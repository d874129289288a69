import { inflateRawSync } from 'node:zlib'
import { type ArchiveEntry, limits, pathFrom, refusal, tooLarge } from './limits.ts'

const endMark = 0x06054b50
const entryMark = 0x02014b50
const localMark = 0x04034b50

/** Files and links of a zip, by its central directory. Throws Invalid for what is damaged, encrypted or beyond 4 GB. */
export function* zipEntries(bytes: Buffer): Generator<ArchiveEntry> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end + 22 > bytes.length || bytes.readUInt32LE(end) !== endMark) throw damaged()
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count === 0xffff || at === 0xffffffff) throw refusal('The zip archive is too large: send a tar.gz instead.')
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entryMark) throw damaged()
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place))
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength!)
    const mode = bytes.readUInt32LE(at + 38) >>> 16
    const entry = {
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
    }
    at += 46 + nameLength! + extraLength! + commentLength!
    const path = pathFrom(name)
    if (!path || name.endsWith('/')) continue
    yield {
      path,
      isExecutable: (mode & 0o100) !== 0,
      isLink: (mode & 0o170000) === 0o120000,
      bytes: contentOf(bytes, entry, name),
    }
  }
}

interface Entry {
  method: number
  packed: number
  size: number
  offset: number
  isEncrypted: boolean
}

function contentOf(bytes: Buffer, { method, packed, size, offset, isEncrypted }: Entry, name: string): Buffer {
  if (isEncrypted) throw refusal(`${name} in the archive is encrypted: send it without a password.`)
  if (size > limits.bytes) throw tooLarge()
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== localMark) throw damaged()
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
  const data = bytes.subarray(start, start + packed)
  if (data.length < packed) throw damaged()
  if (method === 0) return data
  if (method !== 8) throw refusal(`${name} in the archive is packed in a way that is not understood: use plain zip.`)
  try {
    return inflateRawSync(data, { maxOutputLength: size || 1 })
  } catch (error) {
    throw damaged(error)
  }
}

const damaged = (cause?: unknown) => refusal('The zip archive is damaged: pack it again.', cause)
