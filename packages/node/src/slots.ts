/** At most so many pieces of work at a time; the others wait in order. */
export interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>
}

export function slots(most: number): Slots {
  const waiting: (() => void)[] = []
  let free = most
  return {
    async run(work) {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
