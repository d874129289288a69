/** Time as an argument, so that what waits can be tested without waiting. */
export interface Clock {
  now(): Date
  /** Runs once after `ms`; returns the cancellation. A pending call does not keep the process alive. */
  after(ms: number, run: () => void): () => void
}

/** The longest delay a Node timer can hold; longer ones fire early and whoever waits looks at the time again. */
const longest = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longest))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

export interface FakeClock extends Clock {
  /** Moves time on and runs what falls due, in order; lets promises settle before, between and after. */
  advance(ms: number): Promise<void>
}

/** A clock that stands still until told to move. */
export function fakeClock(start: Date | string = '2026-01-01T00:00:00Z'): FakeClock {
  let now = new Date(start).getTime()
  let waiting: { at: number; run: () => void }[] = []
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    now: () => new Date(now),
    after(ms, run) {
      const one = { at: now + Math.max(0, ms), run }
      waiting.push(one)
      return () => {
        waiting = waiting.filter((other) => other !== one)
      }
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        const next = waiting.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
        if (!next) break
        waiting = waiting.filter((other) => other !== next)
        now = Math.max(now, next.at)
        next.run()
        await settle()
      }
      now = until
      await settle()
    },
  }
}
