import type { Clock } from '@sampan/kit/clock'

/** Names of pods without a node. */
export interface WaitingPods {
  /** Its turn comes as soon as possible. */
  add(key: string, priority: number): void
  /** No node will do now: it waits until `wake`, and for its back-off. */
  park(key: string, priority: number): void
  /** Something changed: those whose waiting may be over get a turn. */
  wake(which?: (key: string) => boolean): void
  /** It has a node or is gone. */
  drop(key: string): void
  /** The next: highest priority first, then whoever waits longest. */
  take(): string | undefined
  close(): void
}

const firstMs = 1000
const mostMs = 10_000
/** Parked pods are tried again after this long whatever happens. */
const patienceMs = 5 * 60_000

interface Entry {
  key: string
  priority: number
  /** Counts up: the order of asking. */
  turn: number
}

/** `ready` is called when `take` has something new to give. */
export function waitingPods(clock: Clock, ready: () => void): WaitingPods {
  const active = new Map<string, Entry>()
  const parked = new Map<string, { priority: number; since: number; until: number; isWoken: boolean }>()
  const failures = new Map<string, number>()
  const cancels = new Set<() => void>()
  let turns = 0
  let order: Entry[] = []
  let isSorted = true

  function add(key: string, priority: number) {
    parked.delete(key)
    if (active.get(key)?.priority === priority) return
    const entry = { key, priority, turn: ++turns }
    active.set(key, entry)
    order.push(entry)
    isSorted = false
    ready()
  }

  function later(ms: number, run: () => void) {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel)
      run()
    })
    cancels.add(cancel)
  }

  function giveTurn(key: string) {
    const one = parked.get(key)
    if (!one) return
    const wait = one.until - clock.now().getTime()
    if (wait <= 0) add(key, one.priority)
    else if (!one.isWoken) {
      one.isWoken = true
      later(wait, () => parked.get(key) === one && add(key, one.priority))
    }
  }

  return {
    add,
    park(key, priority) {
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      const since = clock.now().getTime()
      const one = { priority, since, until: since + Math.min(mostMs, firstMs * 2 ** (count - 1)), isWoken: false }
      parked.set(key, one)
      later(patienceMs, () => parked.get(key) === one && add(key, priority))
    },
    wake(which = () => true) {
      for (const key of [...parked.keys()]) if (which(key)) giveTurn(key)
    },
    drop(key) {
      active.delete(key)
      parked.delete(key)
      failures.delete(key)
    },
    take() {
      if (!isSorted) {
        order = order.filter((entry) => active.get(entry.key) === entry)
        order.sort((a, b) => a.priority - b.priority || b.turn - a.turn) // the next is the last: taking it is cheap
        isSorted = true
      }
      for (let next = order.pop(); next; next = order.pop()) {
        if (active.get(next.key) !== next) continue
        active.delete(next.key)
        return next.key
      }
      return undefined
    },
    close() {
      for (const cancel of cancels) cancel()
      cancels.clear()
      active.clear()
      parked.clear()
      order = []
    },
  }
}
