/** How many keys are under each prefix that ends in a slash: asked several times for each write, mostly to hear none. */
export class Counts {
  readonly #byPrefix = new Map<string, number>()

  of(prefix: string): number {
    return this.#byPrefix.get(prefix) ?? 0
  }

  add(key: string): void {
    this.#change(key, 1)
  }

  delete(key: string): void {
    this.#change(key, -1)
  }

  #change(key: string, by: 1 | -1): void {
    for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) {
      const prefix = key.slice(0, slash + 1)
      const count = this.of(prefix) + by
      if (count === 0) this.#byPrefix.delete(prefix)
      else this.#byPrefix.set(prefix, count)
    }
  }
}
