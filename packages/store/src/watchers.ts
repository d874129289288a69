import { type Change, Compacted, type Revision } from './store.ts'

/**
 * Who waits for changes under which prefix. A change is offered to the watchers of each of its key's prefixes and to no
 * others, so that idle watchers cost nothing. Prefixes end in a slash.
 */
export class Watchers {
  readonly #byPrefix = new Map<string, Set<Watcher>>()
  readonly #limit: number

  /** `limit`: how many changes may wait for one watcher before it is cut off. */
  constructor(limit = 10_000) {
    this.#limit = limit
  }

  /** Starts with `backlog`; ends when `signal` is aborted or the store closes. */
  add(prefix: string, since: Revision, backlog: Change[], signal: AbortSignal): AsyncIterable<Change[]> {
    const watcher = new Watcher(since, backlog, this.#limit)
    if (signal.aborted) {
      watcher.end()
      return watcher
    }
    const same = this.#byPrefix.get(prefix)
    if (same) same.add(watcher)
    else this.#byPrefix.set(prefix, new Set([watcher]))
    const leave = () => {
      signal.removeEventListener('abort', leave)
      const those = this.#byPrefix.get(prefix)
      those?.delete(watcher)
      if (those?.size === 0) this.#byPrefix.delete(prefix)
    }
    watcher.leave = leave
    signal.addEventListener('abort', leave)
    signal.addEventListener('abort', () => watcher.end(), { once: true })
    return watcher
  }

  offer(change: Change): void {
    const { key } = change.entry
    for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) {
      const those = this.#byPrefix.get(key.slice(0, slash + 1))
      if (those) for (const watcher of those) watcher.offer(change)
    }
  }

  close(): void {
    for (const those of this.#byPrefix.values()) for (const watcher of those) watcher.end()
    this.#byPrefix.clear()
  }
}

/** One reader's queue. Changes collect until they are asked for, then go out all at once. */
class Watcher implements AsyncIterable<Change[]>, AsyncIterator<Change[]> {
  leave: () => void = () => undefined
  readonly #since: Revision
  readonly #limit: number
  #queue: Change[]
  #ended = false
  #failure: Compacted | undefined
  #wake: (() => void) | undefined

  constructor(since: Revision, backlog: Change[], limit: number) {
    this.#since = since
    this.#queue = backlog
    this.#limit = Math.max(limit, backlog.length * 2)
  }

  offer(change: Change): void {
    if (change.entry.modified <= this.#since || this.#failure) return
    this.#queue.push(change)
    if (this.#queue.length > this.#limit) {
      this.#failure = new Compacted(this.#queue[0]!.entry.modified)
      this.#queue = []
      this.leave()
    }
    this.#wakeUp()
  }

  end(): void {
    this.#ended = true
    this.#queue = []
    this.#wakeUp()
  }

  async next(): Promise<IteratorResult<Change[]>> {
    for (;;) {
      if (this.#failure) throw this.#failure
      if (this.#ended) return { done: true, value: undefined }
      if (this.#queue.length > 0) {
        const value = this.#queue
        this.#queue = []
        return { done: false, value }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async return(): Promise<IteratorResult<Change[]>> {
    this.leave()
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator]() {
    return this
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
