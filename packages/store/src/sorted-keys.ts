const maxChunk = 256

/**
 * A set of strings in order, for ranges by prefix. Chunks of at most `maxChunk` keys: finding one is two binary
 * searches, adding one moves a few hundred pointers, whatever the size. Invariant: no chunk is empty, and every key of a
 * chunk is smaller than every key of the next.
 */
export class SortedKeys {
  #chunks: string[][] = []
  #size = 0

  get size() {
    return this.#size
  }

  add(key: string): void {
    if (this.#chunks.length === 0) this.#chunks.push([])
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]!
    const place = lowerBound(chunk, key)
    if (chunk[place] === key) return
    chunk.splice(place, 0, key)
    this.#size++
    if (chunk.length > maxChunk) this.#chunks.splice(at + 1, 0, chunk.splice(maxChunk >> 1))
  }

  delete(key: string): void {
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]
    if (!chunk) return
    const place = lowerBound(chunk, key)
    if (chunk[place] !== key) return
    chunk.splice(place, 1)
    this.#size--
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** Up to `limit` keys that start with `prefix`, after `after` if given; and how many more there are. */
  range(prefix: string, after?: string, limit = Number.POSITIVE_INFINITY): { keys: string[]; remaining: number } {
    const keys: string[] = []
    const start = after !== undefined && after >= prefix ? `${after}\0` : prefix
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
    let remaining = 0
    for (let at = this.#chunkOf(start); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at]!
      if (chunk[0]! >= end) break
      const from = lowerBound(chunk, start)
      const to = chunk.at(-1)! < end ? chunk.length : lowerBound(chunk, end)
      const taken = Math.min(to, from + limit - keys.length)
      for (let i = from; i < taken; i++) keys.push(chunk[i]!)
      remaining += to - Math.max(from, taken)
    }
    return { keys, remaining }
  }

  /** The chunk where `key` is or would be. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#chunks[middle]![0]! <= key) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** The first place whose key is not smaller than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
