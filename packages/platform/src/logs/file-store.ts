import { appendFile, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LogName, LogStore, StoredLine } from './store.ts'

interface Options {
  folder: string
  /** Largest size of one log, in bytes. */
  limit?: number
}

const stretch = 256 * 1024
const longestLine = 16 * 1024
/** A line may cross the limit, and the one that says so comes after it. */
const mostPastLimit = 4 * longestLine + 1024

/** One line of text: no breaks, nothing that would steer a terminal, of bounded length. */
const cleaned = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u0008\u000a-\u001a\u001c-\u001f\u007f]/g, ' ').slice(0, longestLine)

/** Logs as files, `<folder>/<part>/<part>….log`, one line each: time, blank, text. */
export function fileLogStore({ folder, limit = 8 * 1024 * 1024 }: Options): LogStore {
  const waiting = new Map<string, Set<() => void>>()
  const checked = (part: string) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part)) throw new Error(`"${part}" is no name of a log`)
    return part
  }
  const pathOf = (name: LogName) => `${join(folder, ...name.map(checked))}.log`

  async function sizeOf(path: string): Promise<number> {
    try {
      return (await stat(path)).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
  }

  /** Bytes from `offset`, at most a stretch. */
  async function bytes(path: string, offset: number): Promise<Buffer> {
    try {
      await using file = await open(path)
      // Logs are read again and again while they grow: no more memory is taken than there is to read.
      const size = Math.min(stretch, (await file.stat()).size - offset)
      if (size <= 0) return Buffer.alloc(0)
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, offset)
      return buffer.subarray(0, bytesRead)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
      throw error
    }
  }

  async function write(path: string, text: Buffer): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await appendFile(path, text, { mode: 0o600 })
    for (const wake of waiting.get(path) ?? []) wake()
  }

  const store: LogStore = {
    async append(name, lines) {
      const path = pathOf(name)
      const size = await sizeOf(path)
      if (size >= limit) return false
      if (lines.length === 0) return true
      const parts: Buffer[] = []
      let written = size
      for (const line of lines) {
        const part = Buffer.from(`${line.time} ${cleaned(line.text)}\n`)
        parts.push(part)
        written += part.length
        if (written < limit) continue
        const cut = `${line.time} … the log is cut here: it reached ${Math.round(limit / 1024)} KiB. Only its last lines follow.\n`
        parts.push(Buffer.from(cut))
        break
      }
      await write(path, Buffer.concat(parts))
      return written < limit
    },
    async lastWords(name, lines) {
      const path = pathOf(name)
      const size = await sizeOf(path)
      // Anything after the cut is the last words of an earlier call.
      if (size < limit || size > limit + mostPastLimit) return
      const tail = (await bytes(path, Math.max(0, size - 512))).toString('utf8')
      if (!tail.endsWith('Only its last lines follow.\n')) return
      await write(path, Buffer.from(lines.map((line) => `${line.time} ${cleaned(line.text)}\n`).join('')))
    },
    async read(name, offset) {
      const found = await bytes(pathOf(name), offset)
      const end = found.lastIndexOf(10) + 1
      return { lines: linesIn(found.subarray(0, end)), next: offset + end }
    },
    async state(name) {
      let lines = 0
      let last: string | undefined
      for (let offset = 0; ; ) {
        const part = await store.read(name, offset)
        if (part.lines.length === 0) return { lines, last, isFull: offset >= limit }
        lines += part.lines.length
        last = part.lines.at(-1)?.time
        offset = part.next
      }
    },
    grown(name, signal) {
      const path = pathOf(name)
      return new Promise((resolve) => {
        const set = waiting.get(path) ?? new Set()
        waiting.set(path, set)
        const done = () => {
          signal.removeEventListener('abort', done)
          set.delete(done)
          if (set.size === 0) waiting.delete(path)
          resolve()
        }
        if (signal.aborted) return done()
        set.add(done)
        signal.addEventListener('abort', done)
      })
    },
    async remove(prefix) {
      const path = join(folder, ...prefix.map(checked))
      await rm(path, { recursive: true, force: true })
      await rm(`${path}.log`, { force: true })
    },
  }
  return store
}

function linesIn(bytes: Buffer): StoredLine[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const blank = line.indexOf(' ')
      return { time: line.slice(0, blank), text: line.slice(blank + 1) }
    })
}
