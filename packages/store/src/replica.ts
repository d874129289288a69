import { Counts } from './counts.ts'
import { History, type HistoryLimits } from './history.ts'
import { Sorted } from './sorted.ts'
import { type Change, Conflict, type Entry, type ListFrom, type Page, type Revision, type Store } from './store.ts'
import { Watchers } from './watchers.ts'

export interface ReplicaOptions {
  /** What was stored before, in any order. */
  entries?: Iterable<Entry>
  /** The last revision ever given out. */
  revision?: Revision
  history?: HistoryLimits
  /** Changes that may wait for one watcher before it is cut off. */
  watchQueue?: number
  /** Milliseconds; only for the age of the history. */
  now?: () => number
  /** Makes changes durable, in order. `undefined` means at once: then `put` and `delete` take effect synchronously. */
  journal?: Journal
}

const ignore = () => undefined
const turnOfLoop = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Where changes are kept. Batches are written one after the other, never two at a time. */
export interface Journal {
  /** Resolves when all of `changes` are on disk; rejects when none of them are. */
  write(changes: readonly Change[]): Promise<void>
  close(): Promise<void>
}

/** A key and what is there now: a list needs no look-ups. */
interface Place {
  key: string
  entry: Entry
}

interface Waiting {
  change: Change
  resolve: (entry: Entry) => void
  reject: (error: Error) => void
}

/**
 * The whole store in memory. A write is first *accepted*: it gets its revision and is seen by `latest`, so that the next
 * writer of the key builds on it. While the journal writes one batch, accepted writes collect into the next (group
 * commit). Once a batch is on disk its changes become *visible*, in order: to readers, to watchers, and to the writer,
 * whose promise resolves. When a batch fails, everything accepted after it fails too, for it may build on what is lost.
 */
export function replica(options: ReplicaOptions = {}): Store {
  const { journal, now = Date.now } = options
  const places = new Map<string, Place>()
  const sorted = new Sorted<Place>()
  const counts = new Counts()
  const place = (entry: Entry) => {
    const { key } = entry
    const known = places.get(key)
    if (known) {
      known.entry = entry
      return
    }
    const made = { key, entry }
    places.set(key, made)
    sorted.add(made)
    counts.add(key)
  }
  for (const entry of options.entries ?? []) place(entry)
  let visible = options.revision ?? 0
  let accepted = visible
  const history = new History(visible, options.history)
  const watchers = new Watchers(options.watchQueue)
  /** The newest accepted state of keys whose change is not visible yet; null: deleted. */
  const pending = new Map<string, { revision: Revision; entry: Entry | null }>()
  let queue: Waiting[] = []
  let writing: Promise<void> | undefined
  let newest: Promise<Entry> | undefined
  let closed = false

  const latest = (key: string) => {
    const change = pending.get(key)
    return change ? (change.entry ?? undefined) : places.get(key)?.entry
  }

  const show = (change: Change) => {
    const { entry } = change
    if (change.type === 'put') place(entry)
    else {
      if (places.delete(entry.key)) counts.delete(entry.key)
      sorted.delete(entry.key)
    }
    visible = entry.modified
    if (pending.get(entry.key)?.revision === entry.modified) pending.delete(entry.key)
    history.push(change, now())
    watchers.offer(change)
  }

  const writeAll = async (to: Journal) => {
    for (;;) {
      // Requests that are being read in this turn of the event loop share the batch: a disk is told to flush less often.
      await turnOfLoop()
      if (queue.length === 0) break
      const batch = queue
      queue = []
      try {
        await to.write(batch.map(({ change }) => change))
      } catch (cause) {
        const lost = [...batch, ...queue]
        queue = []
        pending.clear()
        for (const { reject } of lost) reject(new Error('the write could not be stored', { cause }))
        continue
      }
      for (const { change } of batch) show(change)
      for (const { change, resolve } of batch) resolve(change.entry)
    }
    writing = undefined
  }

  const accept = (change: Change): Promise<Entry> => {
    if (!journal) {
      show(change)
      return Promise.resolve(change.entry)
    }
    const { key, modified } = change.entry
    pending.set(key, { revision: modified, entry: change.type === 'put' ? change.entry : null })
    const done = new Promise<Entry>((resolve, reject) => {
      queue.push({ change, resolve, reject })
      writing ??= writeAll(journal)
    })
    newest = done
    return done
  }

  /** What is there, if it is what the writer expects. */
  const expected = (key: string, expect: Revision): { found: Entry | undefined } | undefined => {
    if (closed) throw new Error('the store is closed')
    const found = latest(key)
    return (found?.modified ?? 0) === expect ? { found } : undefined
  }

  /** Writes end in order: the newest is the last. Later ones are not waited for, or a busy store would never settle. */
  const settled = () => (newest ? newest.then(ignore, ignore) : Promise.resolve())

  const lose = async (key: string): Promise<never> => {
    if (pending.has(key)) await settled()
    throw new Conflict(key, places.get(key)?.entry)
  }

  const listAt = (prefix: string, from: ListFrom & { at: Revision }): Page => {
    const changed = history.before(from.at, prefix)
    const found = new Map(sorted.range(prefix).items.map(({ key, entry }) => [key, entry]))
    for (const [key, entry] of changed) {
      if (entry) found.set(key, entry)
      else found.delete(key)
    }
    const after = [...found.keys()].filter((key) => from.after === undefined || key > from.after).sort()
    const limit = from.limit || after.length
    return {
      entries: after.slice(0, limit).map((key) => found.get(key)!),
      at: from.at,
      remaining: Math.max(0, after.length - limit),
    }
  }

  return {
    get revision() {
      return visible
    },
    get: (key) => places.get(key)?.entry,
    latest,
    settled,
    list(prefix, from = {}) {
      history.age(now())
      if (from.at !== undefined && from.at < visible) return listAt(prefix, { ...from, at: from.at })
      if (counts.of(prefix) === 0) return { entries: [], at: visible, remaining: 0 }
      const { items, remaining } = sorted.range(prefix, from.after, from.limit || undefined)
      return { entries: items.map(({ entry }) => entry), at: visible, remaining }
    },
    count: (prefix) => counts.of(prefix),
    async put(key, value, expect, parsed) {
      const match = expected(key, expect)
      if (!match) return lose(key)
      const revision = accepted + 1
      const bytes = value(revision)
      accepted = revision
      const previous = match.found
      const entry: Entry = { key, value: bytes, created: previous?.created ?? revision, modified: revision, parsed }
      return accept({ type: 'put', entry, ...(previous && { previous }) })
    },
    async delete(key, expect) {
      const match = expected(key, expect)
      if (!match?.found) return lose(key)
      accepted++
      return accept({ type: 'delete', entry: { ...match.found, modified: accepted }, previous: match.found })
    },
    watch(prefix, since, signal) {
      history.age(now())
      return watchers.add(prefix, since, history.after(since, prefix), signal)
    },
    async close() {
      if (closed) return
      closed = true
      while (writing) await writing
      watchers.close()
      await journal?.close()
    },
  }
}
