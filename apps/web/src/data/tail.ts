import { linesOf, request, textOf } from './api.ts'

/** What a log view shows: the last lines, and how many went before them. */
export interface Tail {
  lines: readonly string[]
  dropped: number
}

export const emptyTail: Tail = { lines: [], dropped: 0 }

/** Adds lines at the end and lets go of the oldest beyond `most`. */
export function added(tail: Tail, more: readonly string[], most = 20_000): Tail {
  const lines = [...tail.lines, ...more]
  const over = Math.max(0, lines.length - most)
  return { lines: over > 0 ? lines.slice(over) : lines, dropped: tail.dropped + over }
}

/** Reads a streamed log and hands lines over in batches, so that 5,000 lines a second are 20 updates and not 5,000. */
export async function readTail(
  path: string,
  { onLines, signal, batchMs = 50 }: { onLines: (lines: string[]) => void; signal: AbortSignal; batchMs?: number },
): Promise<void> {
  const response = await request(path, { signal, accept: 'text/plain' })
  let batch: string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (batch.length > 0) onLines(batch)
    batch = []
  }
  for await (const line of linesOf(textOf(response))) {
    batch.push(line)
    timer ??= setTimeout(flush, batchMs)
  }
  flush()
}
