/**
 * Counts wrong passwords per key (a name, an address). After `free` of them every further one doubles a pause, up to
 * `longestMs`; a good one forgets all. In memory: a restart forgives.
 */
export function attempts({ free = 5, firstMs = 1000, longestMs = 60_000, most = 10_000 } = {}) {
  const known = new Map<string, { wrong: number; until: number }>()
  return {
    /** Milliseconds to wait before the next try; 0 when it may be now. */
    pauseMs: (key: string, now: number) => Math.max(0, (known.get(key)?.until ?? 0) - now),
    failed(key: string, now: number) {
      const wrong = (known.get(key)?.wrong ?? 0) + 1
      const pause = wrong < free ? 0 : Math.min(longestMs, firstMs * 2 ** (wrong - free))
      // Bounded: the longest known are dropped first.
      if (!known.has(key) && known.size >= most) known.delete(known.keys().next().value!)
      known.delete(key)
      known.set(key, { wrong, until: now + pause })
    },
    succeeded: (key: string) => void known.delete(key),
  }
}
