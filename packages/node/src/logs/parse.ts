/** One line of a CRI log: `2026-01-02T03:04:05.678901234Z stdout F text`. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as written. */
  time: string
  stream: 'stdout' | 'stderr'
  /** The writer's line goes on in the next one. */
  isPartial: boolean
  text: Uint8Array
}

const space = 0x20

/** Undefined for what is no log line: a file that a crash cut, or somebody else's. `line` comes without its newline. */
export function parseLine(line: Uint8Array): LogLine | undefined {
  const first = line.indexOf(space)
  const second = line.indexOf(space, first + 1)
  if (first < 20 || second < 0) return undefined
  const third = line.indexOf(space, second + 1)
  const words = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const stream = words.toString('latin1', first + 1, second)
  const tags = words.toString('latin1', second + 1, third < 0 ? line.length : third)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  return {
    time: words.toString('latin1', 0, first),
    stream,
    isPartial: tags.split(':')[0] === 'P',
    text: third < 0 ? new Uint8Array() : line.subarray(third + 1),
  }
}

export interface LineWish {
  timestamps: boolean
  /** Only lines at or after; ms since 1970. */
  since?: number
  stream?: 'stdout' | 'stderr'
}

const newline = Buffer.from('\n')

/** What a reader of the log sees of a line; undefined when it is left out. */
export function shownLine(line: LogLine, { timestamps, since, stream }: LineWish): Uint8Array | undefined {
  if (stream && line.stream !== stream) return undefined
  if (since !== undefined && Date.parse(line.time) < since) return undefined
  const parts: Uint8Array[] = []
  if (timestamps) parts.push(Buffer.from(`${line.time} `))
  parts.push(line.text)
  if (!line.isPartial) parts.push(newline)
  return Buffer.concat(parts)
}
