import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Journal, type ReplicaOptions, replica } from './replica.ts'
import type { Sealed } from './seal.ts'
import type { FromWorker, Loaded, ToWorker, WorkerOptions } from './sqlite-messages.ts'
import type { Change, Entry, Store } from './store.ts'

export interface SqliteOptions extends Pick<ReplicaOptions, 'history' | 'watchQueue' | 'now'> {
  /** The database file; its folder is made when missing. */
  path: string
  /** What is encrypted on disk; without it everything is plain. Values sealed before stay readable as long as the key is given. */
  sealed?: Sealed
}

/** Opens the store, reads everything into memory, and keeps every write in SQLite. Throws when the file is in use. */
export async function sqliteStore({ path, sealed, ...options }: SqliteOptions): Promise<Store> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: { path, ...(sealed && { sealed }) } satisfies WorkerOptions,
    // Flags about the main program (`--eval`, `--input-type`, `--watch`) make no sense for a worker of a file.
    execArgv: [],
  })
  const entries: Entry[] = []
  const journal = journalOn(worker)
  const revision = await new Promise<number>((resolve, reject) => {
    worker.once('error', (cause) => reject(new Error(`cannot open the store ${path}`, { cause })))
    worker.on('message', function load(message: FromWorker) {
      if (message.type === 'loaded') for (const entry of unpacked(message)) entries.push(entry)
      if (message.type !== 'ready') return
      worker.off('message', load)
      resolve(message.revision)
    })
  })
  return replica({ ...options, entries, revision, journal })
}

/** Values are copied out, so that one long-lived object does not keep a whole chunk in memory. */
function* unpacked({ entries, data }: { entries: Loaded[]; data: Uint8Array }): Generator<Entry> {
  let at = 0
  for (const [key, length, created, modified] of entries) {
    yield { key, value: data.slice(at, at + length), created, modified }
    at += length
  }
}

function journalOn(worker: Worker): Journal {
  let waiting: { resolve: () => void; reject: (error: Error) => void } | undefined
  let dead: Error | undefined
  const answer = (error?: Error) => {
    const one = waiting
    waiting = undefined
    if (error) one?.reject(error)
    else one?.resolve()
  }
  const die = (error: Error) => {
    dead ??= error
    answer(dead)
  }
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'failed') answer(new Error(message.reason))
    if (message.type === 'written' || message.type === 'closed') answer()
  })
  worker.on('error', die)
  worker.on('exit', () => die(new Error('the thread of the store has ended')))
  const ask = (message: ToWorker, transfer: ArrayBuffer[] = []) =>
    new Promise<void>((resolve, reject) => {
      if (dead) return reject(dead)
      waiting = { resolve, reject }
      worker.postMessage(message, transfer)
    })
  return {
    write: (changes) => {
      const message = packed(changes)
      return ask(message, [message.data.buffer])
    },
    async close() {
      await ask({ type: 'close' })
      await worker.terminate()
    },
  }
}

/** One buffer for all values, handed over instead of cloned. */
function packed(changes: readonly Change[]) {
  let bytes = 0
  for (const { type, entry } of changes) if (type === 'put') bytes += entry.value.length
  const data = new Uint8Array(bytes)
  let at = 0
  const writes = changes.map(({ type, entry: { key, value, created, modified } }): Loaded => {
    if (type === 'delete') return [key, -1, created, modified]
    data.set(value, at)
    at += value.length
    return [key, value.length, created, modified]
  })
  return { type: 'write' as const, writes, data, revision: changes.at(-1)!.entry.modified }
}
