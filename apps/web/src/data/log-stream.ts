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
}

export type LogState = { kind: 'open' } | { kind: 'ended' } | { kind: 'lost' } | { kind: 'refused'; error: Error }

/** For so long lines are taken in without a pause, in milliseconds. */
const turnMs = 10

const openEvents = async (path: string, signal: AbortSignal) =>
  textOf(await request(path, { signal, accept: 'text/event-stream' }))

/**
 * Reads the log at `path` (server-sent events `line`) until it ends. A lost connection is taken up again; the server then
 * begins with what it has, so lines up to the last known of each source are left out: no gap, nothing twice.
 */
export async function readLog(path: string, options: Options): Promise<void> {
  const { lineOf, onLines, onState, signal, batchMs = 60, waitMs = 1_000, open = openEvents } = options
  const last = new Map<string, string>()
  let batch: LogLine[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (batch.length > 0 && !signal.aborted) onLines(batch)
    batch = []
  }
  while (!signal.aborted) {
    const known = new Map(last)
    try {
      const chunks = await open(path, signal)
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
