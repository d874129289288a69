/** Goes up by one on every write and is never reused, not even after a restart. */
export type Revision = number

export interface Entry {
  key: string
  /** The object as JSON bytes, exactly as GET answers them. Never changed after the write. */
  value: Uint8Array
  created: Revision
  modified: Revision
  /** What a reader made of `value`, kept here so that it is made once. The store never looks at it. */
  parsed?: object | undefined
}

export type Change =
  | { type: 'put'; entry: Entry; previous?: Entry }
  /** `entry` is what was there, with `modified` set to the revision of the deletion; `previous` as it was stored. */
  | { type: 'delete'; entry: Entry; previous: Entry }

export interface Page {
  entries: Entry[]
  /** The revision the whole list was read at: watch from here and nothing is missed. */
  at: Revision
  /** How many more there are after the last entry of this page. */
  remaining: number
}

export interface ListFrom {
  /** First key after this one. */
  after?: string
  /** Read as it was then. Throws `Compacted` when that is too long ago. */
  at?: Revision
  limit?: number
}

/**
 * All state of the engine. Keys are `/<group>/<plural>/<namespace>/<name>`; a prefix ends in a slash.
 * A write resolves only when it is on disk (memory.ts: at once), and nobody reads or watches it before. Reads are from
 * memory.
 */
export interface Store {
  readonly revision: Revision
  get(key: string): Entry | undefined
  /**
   * What the next write of `key` must expect: like `get`, but sees writes that are not on disk yet. Only for the read
   * half of a read-modify-write: with no `await` between this and `put`, the put cannot conflict.
   */
  latest(key: string): Entry | undefined
  /** Resolves when every write accepted so far is on disk and visible. */
  settled(): Promise<void>
  list(prefix: string, from?: ListFrom): Page
  /** How many keys are under `prefix`: known, not counted. */
  count(prefix: string): number
  /**
   * `expect: 0` means the key must not exist. Throws `Conflict` when another writer came first (and only after that
   * writer's change is visible). Writes take effect in the order they were called in; when one cannot be stored, it and
   * all accepted after it throw. `parsed` is kept with the entry: what the value was made from.
   */
  put(key: string, value: (revision: Revision) => Uint8Array, expect: Revision, parsed?: object): Promise<Entry>
  delete(key: string, expect: Revision): Promise<Entry>
  /**
   * Every change after `since`, in order, none missed. Throws `Compacted` when `since` is too old. A watcher that does
   * not keep up is cut off with `Compacted`: it must list again, it is never silently skipped.
   */
  watch(prefix: string, since: Revision, signal: AbortSignal): AsyncIterable<Change[]>
  close(): Promise<void>
}

/** Another writer came first; `found` is what is there now. */
export class Conflict extends Error {
  readonly found: Entry | undefined
  constructor(key: string, found: Entry | undefined) {
    super(`${key} was changed by another writer`)
    this.name = 'Conflict'
    this.found = found
  }
}

/** The revision asked for is no longer in the history. */
export class Compacted extends Error {
  constructor(since: Revision) {
    super(`revision ${since} is no longer in the history`)
    this.name = 'Compacted'
  }
}
