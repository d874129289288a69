/**
 * The values of several sources in the order they come. No source is read further than one value ahead, so a slow reader
 * slows them all; leaving the loop early ends them all. The first failure of a source is thrown.
 */
export async function* mergeIterables<T>(...sources: AsyncIterable<T>[]): AsyncGenerator<T> {
  const open = new Map(
    sources.map((source, i) => {
      const iterator = source[Symbol.asyncIterator]()
      return [i, { iterator, next: tagged(i, iterator.next()) }] as const
    }),
  )
  try {
    while (open.size > 0) {
      const { i, result } = await Promise.race([...open.values()].map((one) => one.next))
      if (result.done) {
        open.delete(i)
        continue
      }
      const one = open.get(i)!
      open.set(i, { ...one, next: tagged(i, one.iterator.next()) })
      yield result.value
    }
  } finally {
    for (const { iterator, next } of open.values()) {
      next.catch(() => undefined) // the reader has left: what would have come next concerns nobody
      // Not awaited: a generator that waits for its next value ends only when that comes.
      iterator.return?.()?.then(undefined, () => undefined)
    }
  }
}

const tagged = <T>(i: number, next: Promise<IteratorResult<T>>) => next.then((result) => ({ i, result }))
