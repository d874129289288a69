import { type ArchiveEntry, pathFrom, refusal } from './limits.ts'

const block = 512

/** Files and links of a tar (ustar, GNU, pax). Throws Invalid when it is cut off. */
export function* tarEntries(bytes: Buffer): Generator<ArchiveEntry> {
  let named: { path?: string; link?: string } = {}
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) return
    const size = Number.parseInt(textAt(header, 124, 12).trim() || '0', 8)
    if (!(size >= 0) || at + block + size > bytes.length) throw refusal('The tar archive is cut off or damaged.')
    const body = bytes.subarray(at + block, at + block + size)
    at += block + Math.ceil(size / block) * block
    const type = String.fromCharCode(header[156] || 0x30)
    if (type === 'L') named.path = textAt(body, 0, size)
    else if (type === 'K') named.link = textAt(body, 0, size)
    else if (type === 'x') named = { ...named, ...paxFields(body) }
    else if (type !== 'g') {
      const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textAt(header, 345, 155) : ''
      const path = pathFrom(named.path ?? `${prefix ? `${prefix}/` : ''}${textAt(header, 0, 100)}`)
      const mode = Number.parseInt(textAt(header, 100, 8).trim() || '0', 8)
      if (path && type === '0') yield { path, isExecutable: (mode & 0o100) !== 0, isLink: false, bytes: body }
      if (path && type === '2') {
        const target = Buffer.from(named.link ?? textAt(header, 157, 100))
        yield { path, isExecutable: false, isLink: true, bytes: target }
      }
      named = {}
    }
  }
}

const textAt = (bytes: Buffer, from: number, length: number) => {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

/** Records `<length> <key>=<value>\n`; the length counts bytes. */
function paxFields(bytes: Buffer): { path?: string; link?: string } {
  const fields: { path?: string; link?: string } = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (space < 0 || !(length > 0)) break
    const [key, ...value] = bytes.toString('utf8', space + 1, at + length - 1).split('=')
    if (key === 'path') fields.path = value.join('=')
    if (key === 'linkpath') fields.link = value.join('=')
    at += length
  }
  return fields
}
