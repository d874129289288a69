export interface FairSlotsOptions {
  /** How much one key may do at once. */
  perKey: number
  /** How many of one key may wait; more are refused. */
  waiting: number
}

/** Too much of this key waits already. */
export class Overloaded extends Error {
  constructor() {
    super('too many requests wait already')
    this.name = 'Overloaded'
  }
}

export interface FairSlots {
  /**
   * Resolves when it is this one's turn, with what has to be called when it is done (calling it again does nothing). Throws
   * `Overloaded` at once when too many wait.
   */
  enter(key: string): Promise<() => void>
}

/**
 * Lets heavy work of many keys share one thread. Each key has few slots and waits in its own line, so that one with much
 * to do does not stand before the others; and between any two beginnings the event loop turns once, so that light work,
 * which does not come here, is never behind more than one heavy piece.
 */
export function fairSlots({ perKey, waiting }: FairSlotsOptions): FairSlots {
  const keys = new Map<string, { running: number; line: (() => void)[] }>()
  let lastTurn: Promise<void> = Promise.resolve()

  const turn = () => {
    lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)))
    return lastTurn
  }

  function leave(key: string) {
    const state = keys.get(key)!
    const next = state.line.shift()
    if (next) next()
    else if (--state.running === 0) keys.delete(key)
  }

  return {
    async enter(key) {
      const state = keys.get(key) ?? { running: 0, line: [] }
      keys.set(key, state)
      if (state.running < perKey) state.running++
      else {
        if (state.line.length >= waiting) throw new Overloaded()
        await new Promise<void>((resolve) => state.line.push(resolve)) // the one that leaves hands its slot over
      }
      await turn()
      let isDone = false
      return () => {
        if (isDone) return
        isDone = true
        leave(key)
      }
    },
  }
}
