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
  append(name: LogName, lines: readonly StoredLine[]): Promise<void>
  /** Up to about 256 KiB of whole lines from `offset`; none when there is nothing (more). */
  read(name: LogName, offset: number): Promise<Stretch>
  /** How many lines are kept, and the time of the last one. */
  state(name: LogName): Promise<{ lines: number; last?: string }>
  /** Resolves when the log may have grown, or at the signal. */
  grown(name: LogName, signal: AbortSignal): Promise<void>
  /** Every log below these path parts. */
  remove(prefix: LogName): Promise<void>
}
