import type { FileHandle } from 'node:fs/promises'

export interface TarEntry {
  /** Path in the archive, without a leading `./`. */
  path: string
  /** Where its bytes begin, and how many there are. */
  offset: number
  size: number
}

const block = 512

/** Where each regular file of an uncompressed tar archive (ustar, GNU, pax) is, so that it can be read in place. */
export async function tarIndex(file: FileHandle): Promise<TarEntry[]> {
  const entries: TarEntry[] = []
  let named: { path?: string; size?: number } = {}
  for (let at = 0; ; ) {
    const header = await read(file, at, block)
    if (header.length < block || header.every((byte) => byte === 0)) return entries
    const type = String.fromCharCode(header[156]!)
    const size = named.size ?? numberAt(header, 124, 12)
    const offset = at + block
    at = offset + Math.ceil(size / block) * block
    if (type === 'L') named.path = textAt(await read(file, offset, size), 0, size)
    else if (type === 'x') named = { ...named, ...paxFields((await read(file, offset, size)).toString('utf8')) }
    else {
      const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textAt(header, 345, 155) : ''
      const path = named.path ?? (prefix ? `${prefix}/` : '') + textAt(header, 0, 100)
      if (type === '0' || type === '\0') entries.push({ path: path.replace(/^\.\//, ''), offset, size })
      if (type !== 'g') named = {}
    }
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

const textAt = (bytes: Buffer, from: number, length: number) => {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** Octal digits, or (GNU, for large files) big-endian binary marked by the highest bit. */
function numberAt(bytes: Buffer, from: number, length: number): number {
  if (bytes[from]! < 0x80) return Number.parseInt(textAt(bytes, from, length).trim() || '0', 8)
  return bytes.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, bytes[from]! & 0x7f)
}

/** Records `<length> <key>=<value>\n`. */
function paxFields(text: string): { path?: string; size?: number } {
  const fields = new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((record) => {
        const pair = record.slice(record.indexOf(' ') + 1)
        return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const
      }),
  )
  const path = fields.get('path')
  const size = fields.get('size')
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) }
}
