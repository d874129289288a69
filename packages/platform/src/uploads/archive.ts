import { gunzipSync } from 'node:zlib'
import { type ArchiveEntry, limits, refusal, tooLarge } from './limits.ts'
import { tarEntries } from './tar.ts'
import { zipEntries } from './zip.ts'

/**
 * What is in a zip, tar or tar.gz, told by its first bytes. A single folder around everything is taken off, as hosts of code
 * pack it. Throws Invalid, with what to do, for anything else, for paths that lead outside and for what grows too large.
 */
export function entriesOf(given: Buffer): ArchiveEntry[] {
  const entries = new Map<string, ArchiveEntry>()
  let total = 0
  for (const entry of unpacked(given)) {
    total += entry.bytes.length
    if (total > limits.bytes) throw tooLarge()
    entries.set(entry.path, entry)
    if (entries.size > limits.files) throw refusal(`The archive holds more than ${limits.files} files.`)
  }
  if (entries.size === 0) throw refusal('The archive is empty: pack the folder with the code.')
  return withoutFolder([...entries.values()])
}

function unpacked(bytes: Buffer): Iterable<ArchiveEntry> {
  if (bytes.readUInt16BE(0) === 0x504b) return zipEntries(bytes)
  if (bytes.readUInt16BE(0) === 0x1f8b) return tarEntries(gunzipped(bytes))
  if (bytes.length >= 512 && bytes.toString('latin1', 257, 262) === 'ustar') return tarEntries(bytes)
  throw refusal('This is no zip, tar or tar.gz archive.')
}

function gunzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.bytes + 64 * 1024 * 1024 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw refusal('The gzip archive is damaged: pack it again.', error)
  }
}

function withoutFolder(entries: ArchiveEntry[]): ArchiveEntry[] {
  const [first] = entries[0]!.path.split('/')
  const isAround = entries.every(({ path }) => path.startsWith(`${first}/`))
  return isAround ? entries.map((entry) => ({ ...entry, path: entry.path.slice(first!.length + 1) })) : entries
}
