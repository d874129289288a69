import type { Cache } from '@sampan/client/cache'

/** Waits for news in caches instead of asking again and again. */
export interface Wake {
  /** Resolves at the first change since the last call, at once when there was one; after `mostMs`, and on `signal`, anyway. */
  next(mostMs: number, signal?: AbortSignal): Promise<void>
  close(): void
}

/** Wakes on changes of the caches' objects in one namespace. Nothing in between two calls of `next` is missed. */
export function wakeOn(caches: readonly Pick<Cache, 'listen'>[], namespace: string | undefined): Wake {
  let isNews = false
  let tell: (() => void) | undefined
  const stops = caches.map((cache) =>
    cache.listen(({ object }) => {
      if (object.metadata.namespace !== namespace) return
      isNews = true
      tell?.()
    }),
  )
  return {
    next: (mostMs, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          isNews = false
          tell = undefined
          resolve()
        }
        const timer = setTimeout(done, mostMs)
        if (isNews || signal?.aborted) return done()
        tell = done
        signal?.addEventListener('abort', done)
      }),
    close() {
      for (const stop of stops) stop()
    },
  }
}
