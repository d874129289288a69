/** Values on their way from many writers to one reader, in the order they were sent. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when there is room for more: a writer that waits for it is as fast as the reader. */
  send(value: T): Promise<void>
  /** What was sent is still read; then the reader's loop ends. */
  close(): void
  /** The reader's loop throws `error` after what was sent before. */
  fail(error: unknown): void
  /** The reader left or the channel was closed: sending is of no use any more. */
  readonly isClosed: boolean
}

/** Holds up to `room` values before writers have to wait. For one reader. */
export function channel<T>(room = 256): Channel<T> {
  const waiting: T[] = []
  let closed = false
  let failure: { error: unknown } | undefined
  let wakeReader: (() => void) | undefined
  const wakeWriters: (() => void)[] = []

  const roused = () => {
    for (const wake of wakeWriters.splice(0)) wake()
  }
  const end = () => {
    closed = true
    wakeReader?.()
    roused()
  }

  return {
    async send(value) {
      if (closed) return
      waiting.push(value)
      wakeReader?.()
      while (!closed && waiting.length >= room) await new Promise<void>((resolve) => wakeWriters.push(resolve))
    },
    close: end,
    fail(error) {
      failure ??= { error }
      end()
    },
    get isClosed() {
      return closed
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          while (waiting.length > 0) {
            const value = waiting.shift() as T
            if (waiting.length < room) roused()
            yield value
          }
          if (closed) {
            if (failure) throw failure.error
            return
          }
          await new Promise<void>((resolve) => {
            wakeReader = resolve
          })
          wakeReader = undefined
        }
      } finally {
        waiting.length = 0
        end()
      }
    },
  }
}
