import type { RuntimeView } from './runtime-view.ts'

/** Lets others wait for a container to end. */
export interface Changes {
  /** Resolves when the container runs no longer, or at `signal`. */
  ended(id: string, signal: AbortSignal): Promise<void>
  /** The view has been read anew. */
  look(): void
}

export function changes(view: RuntimeView): Changes {
  const waiting = new Map<string, Set<() => void>>()
  const isRunning = (id: string) => {
    const uid = view.uidOf(id)
    return (
      uid !== undefined && view.of(uid)?.containers.some((one) => one.id === id && one.state === 'running') === true
    )
  }
  return {
    ended(id, signal) {
      if (!isRunning(id)) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done)
          waiting.get(id)?.delete(done)
          resolve()
        }
        if (!waiting.has(id)) waiting.set(id, new Set())
        waiting.get(id)!.add(done)
        signal.addEventListener('abort', done)
      })
    },
    look() {
      for (const [id, waiters] of waiting) {
        if (isRunning(id)) continue
        waiting.delete(id)
        for (const done of waiters) done()
      }
    },
  }
}
