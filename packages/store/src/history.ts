import { type Change, Compacted, type Entry, type Revision } from './store.ts'

export interface HistoryLimits {
  /** Changes kept at most; default 50,000. */
  changes?: number
  /** Bytes of values kept at most; default 32 MiB. */
  bytes?: number
  /** Milliseconds a change is kept at most; default 5 min, as etcd under Kubernetes. */
  ageMs?: number
}

interface Kept {
  change: Change
  at: number
}

/**
 * The latest changes in order of revision, bounded by number, bytes and age. Invariant: everything after `compacted` is
 * here. Old changes are dropped from the front; the array is cut only now and then, so that dropping stays cheap.
 */
export class History {
  readonly #limits: Required<HistoryLimits>
  #kept: Kept[] = []
  #first = 0
  #bytes = 0
  #compacted: Revision

  constructor(compacted: Revision, limits: HistoryLimits = {}) {
    this.#compacted = compacted
    this.#limits = { changes: 50_000, bytes: 32 << 20, ageMs: 300_000, ...limits }
  }

  /** The newest revision that can no longer be asked about. */
  get compacted() {
    return this.#compacted
  }

  push(change: Change, now: number): void {
    this.#kept.push({ change, at: now })
    this.#bytes += change.entry.value.length
    this.#shrink(now)
  }

  /** Changes after `since` under `prefix`. Throws `Compacted`. */
  after(since: Revision, prefix: string): Change[] {
    this.check(since)
    const found: Change[] = []
    for (let i = this.#placeAfter(since); i < this.#kept.length; i++) {
      const { change } = this.#kept[i]!
      if (change.entry.key.startsWith(prefix)) found.push(change)
    }
    return found
  }

  /** How keys under `prefix` that have changed after `at` were then: undefined where there was nothing. */
  before(at: Revision, prefix: string): Map<string, Entry | undefined> {
    const states = new Map<string, Entry | undefined>()
    for (const { entry, previous } of this.after(at, prefix))
      if (!states.has(entry.key)) states.set(entry.key, previous)
    return states
  }

  check(since: Revision): void {
    if (since < this.#compacted) throw new Compacted(since)
  }

  /** Drops what is too old by now. */
  age(now: number): void {
    this.#shrink(now)
  }

  #shrink(now: number): void {
    const { changes, bytes, ageMs } = this.#limits
    while (this.#first < this.#kept.length) {
      const oldest = this.#kept[this.#first]!
      const tooMany = this.#kept.length - this.#first > changes || this.#bytes > bytes
      if (!tooMany && now - oldest.at <= ageMs) break
      this.#bytes -= oldest.change.entry.value.length
      this.#compacted = oldest.change.entry.modified
      this.#kept[this.#first++] = undefined as unknown as Kept
    }
    if (this.#first > 1024 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first)
      this.#first = 0
    }
  }

  #placeAfter(since: Revision): number {
    let low = this.#first
    let high = this.#kept.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#kept[middle]!.change.entry.modified <= since) low = middle + 1
      else high = middle
    }
    return low
  }
}
