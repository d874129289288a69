import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface RotatingFileOptions {
  path: string
  /** The file is set aside when it would grow beyond this many bytes; default 20 MiB. */
  maxBytes?: number
  /** How many files set aside are kept (`path.1` the newest); default 5. */
  keep?: number
  /** Lines wait at most this long before they are written; default 200 ms. */
  flushMs?: number
  /** A full or broken disk; called at most once per flush, with the number of lines that could not be kept. */
  onLost(lines: number, error: unknown): void
}

export interface RotatingFile {
  /** Adds a line (without its end). Never blocks and never throws. */
  write(line: string): void
  /** Writes out what waits. */
  flush(): void
  close(): void
}

/** A file of lines, mode 0600, that cannot fill the disk. Lines are written in groups. */
export function rotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, maxBytes = 20 * 1024 * 1024, keep = 5, flushMs = 200, onLost } = options
  let file: number | undefined
  let size = 0
  let waiting: string[] = []
  let timer: NodeJS.Timeout | undefined

  function open() {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    file = openSync(path, 'a', 0o600)
    size = fstatSync(file).size
  }

  function setAside() {
    closeSync(file!)
    file = undefined
    for (let n = keep - 1; n >= 1; n--) renameIfThere(`${path}.${n}`, `${path}.${n + 1}`)
    if (keep > 0) renameIfThere(path, `${path}.1`)
    open()
  }

  function flush() {
    clearTimeout(timer)
    timer = undefined
    const lines = waiting
    waiting = []
    if (lines.length === 0) return
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    try {
      if (file === undefined) open()
      if (size > 0 && size + bytes.length > maxBytes) setAside()
      size += writeSync(file!, bytes)
    } catch (error) {
      onLost(lines.length, error)
    }
  }

  return {
    write(line) {
      waiting.push(line)
      timer ??= setTimeout(flush, flushMs)
    },
    flush,
    close() {
      flush()
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function renameIfThere(from: string, to: string) {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
