import { watch } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { type LineWish, type LogLine, parseLine, shownLine } from './parse.ts'

export interface ReadOptions extends LineWish {
  tailLines?: number
  limitBytes?: number
  /** Absent: ends at the end of the file. Resolves when the container has written its last line. */
  follow?: { ended: Promise<void> }
  signal?: AbortSignal
}

const blockSize = 64 * 1024
const newline = 0x0a

/** What a log file shows, in pieces of whole lines. A file that is not there yet is empty. */
export async function* readLog(path: string, options: ReadOptions): AsyncGenerator<Uint8Array> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY
  for await (const lines of blocks(path, options)) {
    const shown: Uint8Array[] = []
    for (const line of lines) {
      const bytes = shownLine(line, options)
      if (bytes) shown.push(bytes)
    }
    if (shown.length === 0) continue
    const all = Buffer.concat(shown)
    yield all.length > left ? all.subarray(0, left) : all
    left -= all.length
    if (left <= 0) return
  }
}

async function* blocks(path: string, { tailLines, follow, signal }: ReadOptions): AsyncGenerator<LogLine[]> {
  let file = await openLog(path)
  let isOver = false
  const changes = follow && changesOf(path, follow.ended, signal)
  try {
    let at = file && tailLines !== undefined ? await tailStart(file, tailLines) : 0
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      file ??= await openLog(path)
      while (file && !signal?.aborted) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blockSize), 0, blockSize, at)
        if (bytesRead === 0) break
        at += bytesRead
        const data =
          rest.length > 0 ? Buffer.concat([rest, buffer.subarray(0, bytesRead)]) : buffer.subarray(0, bytesRead)
        const end = data.lastIndexOf(newline)
        if (end >= 0) yield parsed(data.subarray(0, end))
        rest = end >= 0 ? data.subarray(end + 1) : data
      }
      if (signal?.aborted) return
      if (file && (await isRotated(file, path))) {
        await file.close()
        file = undefined
        at = 0
        rest = Buffer.alloc(0)
        continue
      }
      if (!changes || isOver) {
        const last = rest.length > 0 ? parsed(rest) : []
        if (last.length > 0) yield last
        return
      }
      isOver = (await changes.next()) === 'ended'
    }
  } finally {
    changes?.close()
    await file?.close()
  }
}

function parsed(data: Buffer): LogLine[] {
  const lines: LogLine[] = []
  let from = 0
  while (from <= data.length) {
    const to = data.indexOf(newline, from)
    const line = parseLine(data.subarray(from, to < 0 ? data.length : to))
    if (line) lines.push(line)
    if (to < 0) break
    from = to + 1
  }
  return lines
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

async function isRotated(file: FileHandle, path: string): Promise<boolean> {
  const [opened, named] = await Promise.all([
    file.stat(),
    stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    }),
  ])
  return named !== undefined && named.ino !== opened.ino
}

/** Where the last `lines` lines begin. */
export async function tailStart(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat()
  if (lines <= 0) return size
  let found = 0
  let end = size
  while (end > 0) {
    const start = Math.max(0, end - blockSize)
    const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    for (let at = buffer.length - 1; at >= 0; at--) {
      if (buffer[at] !== newline || start + at === size - 1) continue
      if (++found === lines) return start + at + 1
    }
    end = start
  }
  return 0
}

/** A file may be missed by the watch (not there yet, just rotated): it is looked at again after this long. */
const lookAgainMs = 1000

function changesOf(path: string, ended: Promise<void>, signal?: AbortSignal) {
  let isEnded = false
  let isChanged = false
  let wake: () => void = () => undefined
  const change = () => {
    isChanged = true
    wake()
  }
  ended.then(() => {
    isEnded = true
    wake()
  })
  const woken = () => wake()
  signal?.addEventListener('abort', woken)
  let watcher: ReturnType<typeof watch> | undefined
  const ensureWatch = () => {
    if (watcher) return
    try {
      watcher = watch(path, { persistent: false }, (type) => {
        if (type === 'rename') {
          watcher?.close()
          watcher = undefined
        }
        change()
      })
      watcher.on('error', () => {
        watcher?.close()
        watcher = undefined
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return {
    /** Waits for more. After `ended` one last look is due. */
    async next(): Promise<'changed' | 'ended'> {
      ensureWatch()
      if (!isChanged && !isEnded && !signal?.aborted) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, lookAgainMs)
        })
        clearTimeout(timer)
      }
      isChanged = false
      return isEnded || signal?.aborted ? 'ended' : 'changed'
    },
    close() {
      signal?.removeEventListener('abort', woken)
      watcher?.close()
    },
  }
}

/** The end of a log as text, cut at line starts. */
export async function tailOfLog(path: string, most: { bytes: number; lines: number }): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of readLog(path, { timestamps: false, tailLines: most.lines })) pieces.push(piece)
  const all = Buffer.concat(pieces)
  return all.subarray(Math.max(0, all.length - most.bytes)).toString('utf8')
}
