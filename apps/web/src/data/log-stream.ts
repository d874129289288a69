import { linesOf, Refused, request, textOf } from './api.ts'
import type { LogLine } from './log-buffer.ts'

interface Options {
  /** Makes one line of the event's data. */
  lineOf: (data: never) => LogLine
  onLines: (lines: LogLine[]) => void
  onState: (state: LogState) => void
  signal: AbortSignal
  /** Lines are handed over in batches, so that 5,000 a second are 16 updates and not 5,000. */
  batchMs?: number
  waitMs?: number
  open?: (path: string, signal: AbortSignal) => Promise<AsyncIterable<string>>
  now?: () => number
}

export type LogState = { kind: 'open' } | { kind: 'ended' } | { kind: 'lost' } | { kind: 'refused'; error: Error }

/** For so long lines are taken in without a pause, in milliseconds. */
const turnMs = 10

const openEvents = async (path: string, signal: AbortSignal) =>
  textOf(await request(path, { signal, accept: 'text/event-stream' }))

/** So much more is asked for than was missed, in seconds: clocks differ, and lines are on their way for a while. */
const marginSeconds = 60

/**
 * The same log from `seconds` ago, whole: the last so many lines of it would leave out what came while the connection was
 * away. `tailLines` is Kubernetes' word, `tail` the platform's; logs that always come from the beginning have neither.
 */
export function sincePath(path: string, seconds: number): string {
  const [place = '', text = ''] = path.split('?')
  const query = new URLSearchParams(text)
  const since = String(Math.min(999_999, Math.ceil(seconds)))
  if (query.has('tailLines')) {
    query.delete('tailLines')
    query.set('sinceSeconds', since)
  } else if (query.has('tail')) {
    query.set('tail', '1000000')
    query.set('since', since)
  } else return path
  return `${place}?${query}`
}

/**
 * Reads the log at `path` (server-sent events `line`) until it ends. A lost connection is taken up again from a little
 * before where it broke, and lines up to the last known of each source are left out: no gap, nothing twice.
 */
export async function readLog(path: string, options: Options): Promise<void> {
  const { lineOf, onLines, onState, signal, batchMs = 60, waitMs = 1_000, open = openEvents, now = Date.now } = options
  const last = new Map<string, string>()
  let batch: LogLine[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let heard: number | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (batch.length > 0 && !signal.aborted) onLines(batch)
    batch = []
  }
  while (!signal.aborted) {
    const known = new Map(last)
    try {
      const chunks = await open(heard ? sincePath(path, (now() - heard) / 1000 + marginSeconds) : path, signal)
      onState({ kind: 'open' })
      let since = performance.now()
      for await (const data of dataOf(chunks)) {
        // However much is waiting to be read, the page gets its turn.
        if (performance.now() - since > turnMs) {
          await new Promise((resolve) => setTimeout(resolve))
          since = performance.now()
        }
        const line = lineOf(data as never)
        const before = known.get(line.from)
        if (before !== undefined && line.time <= before) continue
        last.set(line.from, line.time)
        heard = now()
        batch.push(line)
        timer ??= setTimeout(flush, batchMs)
      }
      flush()
      return onState({ kind: 'ended' })
    } catch (error) {
      flush()
      if (signal.aborted) return
      if (error instanceof Refused) return onState({ kind: 'refused', error })
      onState({ kind: 'lost' })
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** Data of the events `line`; an event `error` throws `Refused`. */
async function* dataOf(chunks: AsyncIterable<string>): AsyncGenerator<unknown> {
  let event = ''
  for await (const line of linesOf(chunks)) {
    if (line.startsWith('event: ')) event = line.slice(7)
    else if (line.startsWith('data: ')) {
      const data = JSON.parse(line.slice(6)) as unknown
      if (event === 'error') throw refusal(data as { status?: number; detail?: string; instance?: string })
      if (event === 'line') yield data
    } else if (line === '') event = ''
  }
}

const refusal = ({ status = 500, detail = '', instance }: { status?: number; detail?: string; instance?: string }) =>
  new Refused(status, detail, instance)
