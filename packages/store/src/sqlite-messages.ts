import type { Sealed } from './seal.ts'

export interface WorkerOptions {
  path: string
  sealed?: Sealed
}

/** Key, number of bytes, created, modified. The bytes follow each other in `data`. */
export type Loaded = [key: string, length: number, created: number, modified: number]

export type ToWorker =
  /** A length of -1 is a deletion. `revision` is the last of the batch. */
  { type: 'write'; writes: Loaded[]; data: Uint8Array; revision: number } | { type: 'close' }

export type FromWorker =
  | { type: 'loaded'; entries: Loaded[]; data: Uint8Array }
  | { type: 'ready'; revision: number }
  | { type: 'written' }
  | { type: 'failed'; reason: string }
  | { type: 'closed' }
