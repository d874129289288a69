/** One line as it was written: RFC 3339 time with nanoseconds, always 9 digits, so that times compare as text. */
export interface StoredLine {
  time: string
  text: string
}

/** Names one log: path parts, as `['builds', 'demo', 'hello-3', 'build']`. */
export type LogName = readonly string[]

export interface Stretch {
  lines: StoredLine[]
  /** Where to go on reading. */
  next: number
}

/**
 * Where logs live after their containers. A log only grows; one writer, any number of readers. A log that grew to its
 * limit says so in its last line and takes no more.
 */
export interface LogStore {
  /** Gives whether it takes more: after `false`, only last words are of use. */
  append(name: LogName, lines: readonly StoredLine[]): Promise<boolean>
  /** The last words of a log that is full, after the line that says so. Once per log; a log that is not full needs none. */
  lastWords(name: LogName, lines: readonly StoredLine[]): Promise<void>
  /** Up to about 256 KiB of whole lines from `offset`; none when there is nothing (more). */
  read(name: LogName, offset: number): Promise<Stretch>
  /** How many lines are kept, the time of the last one, and whether it takes no more. */
  state(name: LogName): Promise<{ lines: number; last?: string; isFull?: boolean }>
  /** Resolves when the log may have grown, or at the signal. */
  grown(name: LogName, signal: AbortSignal): Promise<void>
  /** Every log below these path parts. */
  remove(prefix: LogName): Promise<void>
}
