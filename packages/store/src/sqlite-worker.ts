import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { isSealed, seal, unseal } from './seal.ts'
import type { FromWorker, Loaded, ToWorker, WorkerOptions } from './sqlite-messages.ts'

/**
 * The only thread that touches the database file. It reads everything once, then writes one batch per transaction and
 * says when the batch is on disk: WAL with `synchronous=FULL` has fsynced the log when COMMIT returns. The exclusive
 * lock makes a second process fail at once instead of writing behind our back.
 */
const { path, sealed } = workerData as WorkerOptions
const port = parentPort!
const chunkBytes = 4 << 20

const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

function opened(key: string, value: Uint8Array): Uint8Array {
  if (!isSealed(value)) return value
  if (!sealed) throw new Error(`${key} is encrypted, and no key was given`)
  return unseal(value, key, sealed.key)
}

const closed = (key: string, value: Uint8Array) =>
  sealed?.prefixes.some((prefix) => key.startsWith(prefix)) ? seal(value, key, sealed.key) : value

function open(): DatabaseSync {
  const database = new DatabaseSync(path)
  chmodSync(path, 0o600)
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA wal_autocheckpoint = 4000')
  database.exec(`
    CREATE TABLE IF NOT EXISTS objects (
      key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS last (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
    INSERT OR IGNORE INTO last VALUES (1, 0)`)
  return database
}

function load(database: DatabaseSync): void {
  let chunk: { loaded: Loaded[]; values: Uint8Array[]; bytes: number } = { loaded: [], values: [], bytes: 0 }
  const flush = () => {
    const data = new Uint8Array(chunk.bytes)
    let at = 0
    for (const value of chunk.values) {
      data.set(value, at)
      at += value.length
    }
    send({ type: 'loaded', entries: chunk.loaded, data }, [data.buffer])
    chunk = { loaded: [], values: [], bytes: 0 }
  }
  for (const row of database.prepare('SELECT key, value, created, modified FROM objects').iterate()) {
    const value = opened(row.key as string, row.value as Uint8Array)
    chunk.loaded.push([row.key as string, value.length, row.created as number, row.modified as number])
    chunk.values.push(value)
    chunk.bytes += value.length
    if (chunk.bytes > chunkBytes) flush()
  }
  flush()
  send({ type: 'ready', revision: database.prepare('SELECT revision FROM last').get()!.revision as number })
}

function serve(database: DatabaseSync): void {
  const put = database.prepare(
    // Unlike REPLACE this leaves the index of keys alone.
    `INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
     SET value = excluded.value, created = excluded.created, modified = excluded.modified`,
  )
  const remove = database.prepare('DELETE FROM objects WHERE key = ?')
  const mark = database.prepare('UPDATE last SET revision = ?')
  port.on('message', (message: ToWorker) => {
    if (message.type === 'close') {
      database.close()
      send({ type: 'closed' })
      port.close()
      return
    }
    try {
      database.exec('BEGIN IMMEDIATE')
      let at = 0
      for (const [key, length, created, modified] of message.writes) {
        if (length === -1) remove.run(key)
        else {
          put.run(key, closed(key, message.data.subarray(at, at + length)), created, modified)
          at += length
        }
      }
      mark.run(message.revision)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      send({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
      return
    }
    send({ type: 'written' })
  })
}

const database = open()
load(database)
serve(database)
