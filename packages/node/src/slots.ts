/** At most so many pieces of work at a time; the others wait in order. */
export interface Slots {
  /** `isSecond`: it ends what was begun before, and goes before all that has yet to begin. */
  run<T>(work: () => Promise<T>, order?: { isSecond: boolean }): Promise<T>
}

export function slots(most: number): Slots {
  const second: (() => void)[] = []
  const first: (() => void)[] = []
  let free = most
  return {
    async run(work, order) {
      if (free > 0) free--
      else await new Promise<void>((resolve) => (order?.isSecond ? second : first).push(resolve))
      try {
        return await work()
      } finally {
        const next = second.shift() ?? first.shift()
        if (next) next()
        else free++
      }
    },
  }
}
