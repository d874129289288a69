import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { checkLink, type Entry, isZlib, type Limits, meter, pathOf, unreadable } from './entry.ts'

/** Largest list of entries, in bytes. */
const mostDirectory = 32 * 1024 ** 2

/** The files of a zip archive on disk. Its list of entries is at its end, so it cannot be read as it streams by. */
export async function* zipEntries(path: string, limits: Limits): AsyncGenerator<Entry> {
  const file = await open(path, 'r')
  try {
    const { size: length } = await file.stat()
    const count = meter(limits)
    for (const one of await listed(file, length)) {
      if (one.name.endsWith('/')) continue
      const name = pathOf(one.name)
      if (!name) continue
      if (one.flags & 1) throw unreadable(`${name} is encrypted`)
      if (one.method !== 0 && one.method !== 8) throw unreadable(`${name} is packed in a way that is not known`)
      count(one.size)
      const content = contentOf(path, await dataOffset(file, one.offset), one, name)
      const isLink = one.attributes >>> 28 === 0o12
      if (!isLink) {
        yield { path: name, mode: (one.attributes >>> 16) & 0o111 ? '100755' : '100644', size: one.size, content }
        continue
      }
      if (one.size > 4096) throw unreadable(`${name} is a link that is too long`)
      const parts: Uint8Array[] = []
      for await (const part of content) parts.push(part)
      const target = Buffer.concat(parts)
      checkLink(name, target.toString('utf8'))
      yield { path: name, mode: '120000', size: target.length, content: once(target) }
    }
  } finally {
    await file.close()
  }
}

interface Listed {
  name: string
  flags: number
  method: number
  sum: number
  packed: number
  size: number
  offset: number
  attributes: number
}

async function listed(file: FileHandle, length: number): Promise<Listed[]> {
  const tailLength = Math.min(length, 65_557)
  const tail = await at(file, length - tailLength, tailLength)
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (end < 0 || end + 22 > tail.length) throw unreadable('it is no zip archive, or it is cut off')
  let entries = tail.readUInt16LE(end + 10)
  let size = tail.readUInt32LE(end + 12)
  let offset = tail.readUInt32LE(end + 16)
  // Zip64: its own end record stands before the pointer to it.
  if (entries === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    const locator = end - 20
    if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) throw unreadable('its end is damaged')
    const record = await at(file, Number(tail.readBigUInt64LE(locator + 8)), 56)
    if (record.length < 56 || record.readUInt32LE(0) !== 0x06064b50) throw unreadable('its end is damaged')
    entries = Number(record.readBigUInt64LE(32))
    size = Number(record.readBigUInt64LE(40))
    offset = Number(record.readBigUInt64LE(48))
  }
  if (size > mostDirectory || offset + size > length) throw unreadable('its list of files is damaged')
  const bytes = await at(file, offset, size)
  const found: Listed[] = []
  for (let from = 0; found.length < entries; ) {
    if (from + 46 > bytes.length || bytes.readUInt32LE(from) !== 0x02014b50)
      throw unreadable('its list of files is damaged')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(from + field)) as [
      number,
      number,
      number,
    ]
    const extra = bytes.subarray(from + 46 + nameLength, from + 46 + nameLength + extraLength)
    const one: Listed = {
      name: bytes.toString('utf8', from + 46, from + 46 + nameLength),
      flags: bytes.readUInt16LE(from + 8),
      method: bytes.readUInt16LE(from + 10),
      sum: bytes.readUInt32LE(from + 16),
      packed: bytes.readUInt32LE(from + 20),
      size: bytes.readUInt32LE(from + 24),
      offset: bytes.readUInt32LE(from + 42),
      attributes: bytes.readUInt32LE(from + 38),
    }
    found.push(large(one, extra))
    from += 46 + nameLength + extraLength + commentLength
  }
  return found
}

/** Zip64: numbers that do not fit stand in an extra field, in this order, each only when it does not fit. */
function large(one: Listed, extra: Buffer): Listed {
  for (let from = 0; from + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(from + 2)
    if (extra.readUInt16LE(from) === 1) {
      let field = from + 4
      const next = () => {
        if (field + 8 > extra.length) throw unreadable('its list of files is damaged')
        field += 8
        return Number(extra.readBigUInt64LE(field - 8))
      }
      const size = one.size === 0xffffffff ? next() : one.size
      const packed = one.packed === 0xffffffff ? next() : one.packed
      const offset = one.offset === 0xffffffff ? next() : one.offset
      return { ...one, size, packed, offset }
    }
    from += 4 + length
  }
  return one
}

async function dataOffset(file: FileHandle, offset: number): Promise<number> {
  const header = await at(file, offset, 30)
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw unreadable('a file in it is damaged')
  return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

/** Exactly as many bytes as the list says: one that unpacks to more is a bomb. */
async function* contentOf(path: string, start: number, { sum, packed, size, method }: Listed, name: string) {
  if (packed === 0) {
    if (size > 0) throw unreadable(`${name} is damaged`)
    return
  }
  const raw = createReadStream(path, { start, end: start + packed - 1 })
  // Errors of either come out of the iteration below.
  const bytes = method === 0 ? raw : pipeline(raw, createInflateRaw(), () => undefined)
  let left = size
  let found = 0
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      found = crc32(chunk, found)
      left -= chunk.length
      if (left < 0) throw unreadable(`${name} is larger than the archive says`)
      yield chunk
    }
  } catch (error) {
    if (isZlib(error)) throw unreadable(`${name} is damaged`)
    throw error
  }
  if (left > 0) throw unreadable(`${name} is shorter than the archive says`)
  if (found !== sum) throw unreadable(`${name} is damaged`)
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

async function at(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) return Buffer.alloc(0)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
