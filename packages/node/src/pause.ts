import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@sampan/kit/log'

/** Waits so many milliseconds, or until `signal`. Keeps no process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error
  })
}

/** Does `work` again and again, `ms` after it ended last, until `signal`. Failures are logged and change nothing. */
export async function every(
  ms: () => number,
  { signal, log }: { signal: AbortSignal; log: Log },
  work: () => Promise<void>,
) {
  while (!signal.aborted) {
    await pause(ms(), signal)
    if (signal.aborted) return
    await work().catch((error: unknown) => log.warn('a regular task failed', { error }))
  }
}
