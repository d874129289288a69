const maxChunk = 256

export interface Keyed {
  readonly key: string
}

/**
 * Things in the order of their keys, for ranges by prefix. Chunks of at most `maxChunk`: finding one is two binary
 * searches, adding one moves a few hundred pointers, whatever the size. Invariant: no chunk is empty, and every key of a
 * chunk is smaller than every key of the next.
 */
export class Sorted<Item extends Keyed> {
  #chunks: Item[][] = []
  #size = 0

  get size() {
    return this.#size
  }

  /** An item of the same key is replaced. */
  add(item: Item): void {
    if (this.#chunks.length === 0) this.#chunks.push([])
    const at = this.#chunkOf(item.key)
    const chunk = this.#chunks[at]!
    const place = lowerBound(chunk, item.key)
    if (chunk[place]?.key === item.key) {
      chunk[place] = item
      return
    }
    chunk.splice(place, 0, item)
    this.#size++
    if (chunk.length > maxChunk) this.#chunks.splice(at + 1, 0, chunk.splice(maxChunk >> 1))
  }

  delete(key: string): void {
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]
    if (!chunk) return
    const place = lowerBound(chunk, key)
    if (chunk[place]?.key !== key) return
    chunk.splice(place, 1)
    this.#size--
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** Up to `limit` items whose keys start with `prefix`, after `after` if given; and how many more there are. */
  range(prefix: string, after?: string, limit = Number.POSITIVE_INFINITY): { items: Item[]; remaining: number } {
    const items: Item[] = []
    const start = after !== undefined && after >= prefix ? `${after}\0` : prefix
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
    let remaining = 0
    for (let at = this.#chunkOf(start); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at]!
      if (chunk[0]!.key >= end) break
      const from = lowerBound(chunk, start)
      const to = chunk.at(-1)!.key < end ? chunk.length : lowerBound(chunk, end)
      const taken = Math.min(to, from + limit - items.length)
      for (let i = from; i < taken; i++) items.push(chunk[i]!)
      remaining += to - Math.max(from, taken)
    }
    return { items, remaining }
  }

  /** The chunk where `key` is or would be. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#chunks[middle]![0]!.key <= key) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** The first place whose key is not smaller than `key`. */
function lowerBound(items: readonly Keyed[], key: string): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (items[middle]!.key < key) low = middle + 1
    else high = middle
  }
  return low
}
