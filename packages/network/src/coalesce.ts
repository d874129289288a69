import { waitAfter } from '@sampan/kit/backoff'
import type { Clock } from '@sampan/kit/clock'

/** One job that many changes ask for: it runs soon after the first ask, never twice at once, and again on failure. */
export interface Coalesced {
  /** Asks for a run that begins from now on. */
  ask(): void
  /** Resolves when a run that began after this call has succeeded. */
  next(): Promise<void>
  /** No run begins any more; resolves when the current one has ended. */
  close(): Promise<void>
}

export interface CoalesceOptions {
  run: () => Promise<void>
  clock: Clock
  /** How long changes are gathered before a run; default 1: what comes during a run is gathered anyway. */
  gatherMs?: number
  failed: (error: unknown, failures: number) => void
}

const backoff = { first: 50, most: 10_000 }

export function coalesced({ run, clock, gatherMs = 1, failed }: CoalesceOptions): Coalesced {
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined
  let isAsked = false
  let isClosed = false
  let failures = 0
  let waiters: (() => void)[] = []

  function schedule(ms: number) {
    if (isClosed || cancel || running) return
    cancel = clock.after(ms, () => {
      cancel = undefined
      running = once()
    })
  }

  async function once() {
    isAsked = false
    const served = waiters
    waiters = []
    try {
      await run()
      failures = 0
      for (const done of served) done()
    } catch (error) {
      failures++
      waiters.push(...served)
      isAsked = true
      failed(error, failures)
    }
    running = undefined
    if (isAsked) schedule(failures > 0 ? waitAfter(failures, backoff) : gatherMs)
  }

  const ask = () => {
    isAsked = true
    schedule(gatherMs)
  }
  return {
    ask,
    next() {
      const done = new Promise<void>((resolve) => {
        waiters.push(resolve)
      })
      ask()
      return done
    },
    async close() {
      isClosed = true
      cancel?.()
      await running
    },
  }
}
