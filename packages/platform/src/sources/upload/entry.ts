import { StatusError } from '@sampan/resources/errors'

/** One file of an upload. Its content has to be read before the next entry is asked for. */
export interface Entry {
  path: string
  mode: '100644' | '100755' | '120000'
  /** In bytes. */
  size: number
  content: AsyncIterable<Uint8Array>
}

/** What an upload may hold; a larger one is refused before it does harm. */
export interface Limits {
  /** As sent, in bytes. */
  packed: number
  /** Unpacked, in bytes. */
  total: number
  entries: number
}

export const uploadLimits: Limits = { packed: 512 * 1024 ** 2, total: 2 * 1024 ** 3, entries: 50_000 }

export const tooMuch = (what: string) =>
  new StatusError('RequestEntityTooLarge', `The archive holds ${what}: leave out what is not source.`)
export const unreadable = (why: string) => new StatusError('BadRequest', `The archive cannot be read: ${why}.`)

/**
 * Path of an entry as git takes it; undefined for what is left out (git's own folders). Throws Invalid for paths that lead
 * out of the archive.
 */
export function pathOf(text: string): string | undefined {
  const parts = text.split('/').filter((part, i) => part !== '' && !(part === '.' && i >= 0))
  if (text.startsWith('/') || text.includes('\0') || text.includes('\\') || parts.includes('..')) {
    throw new StatusError('Invalid', `The archive holds "${text.slice(0, 200)}", which leads out of it: pack it anew.`)
  }
  const isJunk = parts[0] === '__MACOSX' || parts.at(-1) === '.DS_Store'
  if (isJunk || parts.length === 0 || parts.some((part) => /^\.git$/i.test(part))) return undefined
  const path = parts.join('/')
  if (Buffer.byteLength(path) > 4096)
    throw new StatusError('Invalid', 'The archive holds a path of more than 4096 bytes.')
  return path
}

/** Throws Invalid for a link that leads out of the archive. */
export function checkLink(path: string, target: string): void {
  const depth: string[] = path.split('/').slice(0, -1)
  let isOut = target.startsWith('/') || target === ''
  for (const part of target.split('/')) {
    if (part === '..') isOut ||= depth.pop() === undefined
    else if (part !== '' && part !== '.') depth.push(part)
  }
  if (isOut) {
    throw new StatusError(
      'Invalid',
      `The link ${path} leads out of the archive (to ${target.slice(0, 200)}): leave it out.`,
    )
  }
}

/** Counts what comes by, and refuses when it is more than allowed. */
export function meter({ total, entries }: Limits) {
  let bytes = 0
  let count = 0
  return (size: number) => {
    bytes += size
    count++
    if (count > entries) throw tooMuch(`more than ${entries} files`)
    if (bytes > total) throw tooMuch(`more than ${Math.round(total / 1024 ** 2)} MiB`)
  }
}

/** Whether the decompressor found its input damaged. */
export const isZlib = (error: unknown) => /^Z_/.test(String((error as { code?: unknown }).code))
