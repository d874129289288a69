import { StatusError } from '@sampan/resources/errors'
import { checkLink, type Entry, type Limits, meter, pathOf, tooMuch, unreadable } from './entry.ts'

const block = 512
/** Names and attributes before an entry are never longer, in bytes. */
const mostMeta = 64 * 1024

/** The files of an uncompressed tar archive (ustar, GNU, pax) as it streams by; nothing is written anywhere. */
export async function* tarEntries(source: AsyncIterable<Uint8Array>, limits: Limits): AsyncGenerator<Entry> {
  const read = reader(source)
  const count = meter(limits)
  let named: { path?: string; size?: number; link?: string } = {}
  for (;;) {
    const header = await read.upTo(block)
    if (header.length === 0 || header.every((byte) => byte === 0)) return read.rest(limits.total)
    if (header.length < block) throw unreadable('it ends in the middle')
    checkSum(header)
    const type = String.fromCharCode(header[156]!)
    const size = named.size ?? numberAt(header, 124, 12)
    if (!Number.isSafeInteger(size) || size < 0) throw unreadable('a size in it makes no sense')
    const padding = (block - (size % block)) % block
    if ('LKxg'.includes(type)) {
      if (size > mostMeta) throw unreadable('a name in it is too long')
      const bytes = await read.exactly(size)
      await read.exactly(padding)
      if (type === 'L') named.path = textAt(bytes, 0, size)
      else if (type === 'K') named.link = textAt(bytes, 0, size)
      else if (type === 'x') named = { ...named, ...paxFields(bytes.toString('utf8')) }
      continue
    }
    const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? textAt(header, 345, 155) : ''
    const given = named.path ?? (prefix ? `${prefix}/` : '') + textAt(header, 0, 100)
    const target = named.link ?? textAt(header, 157, 100)
    named = {}
    const isFile = type === '0' || type === '\0' || type === '7'
    const path = isFile || type === '2' || type === '1' ? pathOf(given) : undefined
    if (type === '1') {
      throw new StatusError(
        'Invalid',
        `${given} is a hard link to ${target}: pack the files themselves (tar --hard-dereference).`,
      )
    }
    count(isFile ? size : 0)
    if (path && type === '2') {
      checkLink(path, target)
      const bytes = Buffer.from(target)
      yield { path, mode: '120000', size: bytes.length, content: once(bytes) }
    } else if (path && isFile) {
      const mode = numberAt(header, 100, 8) & 0o111 ? '100755' : '100644'
      const rest = { left: size }
      yield { path, mode, size, content: read.stream(rest) }
      if (rest.left > 0) throw new Error('an entry was not read to its end')
      await read.exactly(padding)
      continue
    }
    // Folders, devices, pipes: nothing that git keeps.
    for await (const _ of read.stream({ left: size }));
    await read.exactly(padding)
  }
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

function reader(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  let ended = false
  async function fill() {
    const next = await iterator.next()
    if (next.done) ended = true
    else held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value])
  }
  async function upTo(length: number): Promise<Buffer> {
    while (held.length < length && !ended) await fill()
    const bytes = held.subarray(0, length)
    held = held.subarray(bytes.length)
    return bytes
  }
  return {
    upTo,
    async exactly(length: number): Promise<Buffer> {
      const bytes = await upTo(length)
      if (bytes.length < length) throw unreadable('it ends in the middle')
      return bytes
    },
    async *stream(rest: { left: number }): AsyncGenerator<Uint8Array> {
      while (rest.left > 0) {
        if (held.length === 0 && !ended) await fill()
        if (held.length === 0 && ended) throw unreadable('it ends in the middle')
        const bytes = held.subarray(0, rest.left)
        held = held.subarray(bytes.length)
        rest.left -= bytes.length
        if (bytes.length > 0) yield bytes
      }
    },
    /** Past the end of the archive: what unpacks it checks its sum, or finds it cut off, only when all was read. */
    async rest(most: number): Promise<void> {
      let length = 0
      while (!ended) {
        length += held.length
        if (length > most) throw tooMuch(`more than ${Math.round(most / 1024 ** 2)} MiB`)
        held = Buffer.alloc(0)
        await fill()
      }
    },
  }
}

const textAt = (bytes: Buffer, from: number, length: number) => {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

/** Octal digits, or (GNU, for large files) big-endian binary marked by the highest bit. */
function numberAt(bytes: Buffer, from: number, length: number): number {
  if (bytes[from]! < 0x80) return Number.parseInt(textAt(bytes, from, length).trim() || '0', 8)
  return bytes.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, bytes[from]! & 0x7f)
}

/** The sum of all bytes of the header, its own field counted as blanks: what is no tar archive does not have it. */
function checkSum(header: Buffer) {
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (numberAt(header, 148, 8) !== sum) throw unreadable('it is no tar archive')
}

/** Records `<length> <key>=<value>\n`. */
function paxFields(text: string): { path?: string; size?: number; link?: string } {
  const fields = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(' ', at)
    const length = Number(text.slice(at, space))
    if (space < 0 || !Number.isInteger(length) || length <= 0) break
    // Lengths count bytes.
    const record = Buffer.from(text.slice(at)).subarray(0, length).toString('utf8')
    const pair = record.slice(record.indexOf(' ') + 1, -1)
    fields.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    at += record.length
  }
  const [path, size, link] = [fields.get('path'), fields.get('size'), fields.get('linkpath')]
  return {
    ...(path !== undefined && { path }),
    ...(size !== undefined && { size: Number(size) }),
    ...(link !== undefined && { link }),
  }
}
