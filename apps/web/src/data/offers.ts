import type { Offer } from './action.ts'

/** What the pages that are shown offer to palette and keyboard: the outermost first. */
export interface Offers {
  readonly all: readonly Offer[]
  /** For as long as a page shows them; returns the way to take them back. */
  add(offers: readonly Offer[]): () => void
  listen(listener: () => void): () => void
}

/** Kept beside the components: what one offers is no reason to draw another. */
export function createOffers(): Offers {
  const listeners = new Set<() => void>()
  let all: readonly Offer[] = []
  const set = (next: readonly Offer[]) => {
    all = next
    for (const listener of listeners) listener()
  }
  return {
    get all() {
      return all
    },
    add(offers) {
      set([...all, ...offers])
      return () => set(all.filter((one) => !offers.includes(one)))
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
