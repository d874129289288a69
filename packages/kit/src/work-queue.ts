import { type Backoff, waitAfter } from './backoff.ts'
import type { Clock } from './clock.ts'

export interface WorkQueue {
  /** Asks for one run of `key` from now on; several asks before it starts are one run. */
  add(key: string): void
  /** The same after `ms`; an earlier ask for the same key wins. */
  addAfter(key: string, ms: number): void
  /** Resolves when nothing waits its turn or runs. A retry counts as waiting while it is one of the first few. */
  idle(): Promise<void>
  readonly isIdle: boolean
  /** Keys that wait their turn. */
  readonly depth: number
  /** Nothing starts any more; resolves when what runs has ended. */
  close(): Promise<void>
}

export interface WorkQueueOptions {
  workers: number
  clock: Clock
  backoff: Backoff
  run: (key: string) => Promise<void>
  /** Told of every failure; the key is retried after `waitMs`. */
  failed: (key: string, error: unknown, failures: number, waitMs: number) => void
  random?: () => number
}

/** After this long without a pause everything else in the process gets its turn. */
const sliceMs = 10

/** Retries beyond this many no longer keep the queue from being idle. */
const briefRetries = 5

/**
 * Keys to be worked on. Invariants: a key waits at most once; a key never runs twice at the same time (an ask while it
 * runs makes one more run afterwards); a failed run is retried with back-off, a good one resets it.
 */
export function workQueue({ workers, clock, backoff, run, failed, random }: WorkQueueOptions): WorkQueue {
  const ready = new Set<string>()
  const running = new Set<string>()
  const again = new Set<string>()
  const delayed = new Map<string, { at: number; cancel: () => void }>()
  const failures = new Map<string, number>()
  let retrying = 0
  let closed = false
  let waiters: (() => void)[] = []
  let scheduled = false
  let sliceStart = 0

  const isIdle = () => ready.size === 0 && running.size === 0 && retrying === 0
  const settle = () => {
    if (!isIdle() && !(closed && running.size === 0)) return
    const done = waiters
    waiters = []
    for (const resolve of done) resolve()
  }

  function add(key: string) {
    if (closed) return
    if (running.has(key)) {
      again.add(key)
      return
    }
    if (ready.size === 0 && running.size === 0) sliceStart = performance.now()
    ready.add(key)
    schedule()
  }

  /** Promises alone would keep timers and sockets waiting until a long queue is empty. */
  function schedule() {
    if (scheduled || ready.size === 0) return
    scheduled = true
    if (performance.now() - sliceStart < sliceMs) queueMicrotask(pump)
    else
      setImmediate(() => {
        sliceStart = performance.now()
        pump()
      })
  }

  function pump() {
    scheduled = false
    for (const key of ready) {
      if (closed || running.size >= workers) return
      ready.delete(key)
      running.add(key)
      void work(key)
    }
  }

  async function work(key: string) {
    try {
      await run(key)
      failures.delete(key)
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      const wait = waitAfter(count, backoff, random)
      failed(key, error, count, wait)
      retry(key, wait, count <= briefRetries)
    }
    running.delete(key)
    if (again.delete(key)) add(key)
    schedule()
    settle()
  }

  function retry(key: string, wait: number, brief: boolean) {
    if (closed) return
    if (brief) retrying++
    clock.after(wait, () => {
      if (brief) retrying--
      add(key)
      settle()
    })
  }

  function addAfter(key: string, ms: number) {
    if (closed) return
    const at = clock.now().getTime() + ms
    const earlier = delayed.get(key)
    if (earlier && earlier.at <= at) return
    earlier?.cancel()
    const cancel = clock.after(ms, () => {
      delayed.delete(key)
      if (clock.now().getTime() < at) addAfter(key, at - clock.now().getTime())
      else add(key)
    })
    delayed.set(key, { at, cancel })
  }

  return {
    add,
    addAfter,
    idle: () =>
      isIdle()
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push(resolve)
          }),
    get isIdle() {
      return isIdle()
    },
    get depth() {
      return ready.size
    },
    close() {
      closed = true
      ready.clear()
      again.clear()
      for (const { cancel } of delayed.values()) cancel()
      delayed.clear()
      if (running.size === 0) {
        settle()
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        waiters.push(resolve)
      })
    },
  }
}
