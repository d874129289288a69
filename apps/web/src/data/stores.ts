import type { KubeObject } from '@sampan/resources/meta'
import { type ObjectStore, objectStore, type Reach, type Source } from './objects.ts'

/** Stores by what they show: everybody who looks at the same thing shares one watch. */
export interface Stores {
  of<T extends KubeObject>(source: Source): Pick<ObjectStore<T>, 'snapshot' | 'listen' | 'retry'>
  /** Asks again for what was refused: the same person has signed in again. */
  retryRefused(): void
  /** Ends every watch: somebody else has signed in. */
  clear(): void
}

interface Kept {
  store: ObjectStore
  listeners: number
  end?: ReturnType<typeof setTimeout>
}

/** `lingerMs`: how long a store lives on after the last one looked, so that going back and forth asks for nothing. */
export function createStores(reach: Reach, { lingerMs = 30_000 }: { lingerMs?: number } = {}): Stores {
  const kept = new Map<string, Kept>()

  function retire(key: string, one: Kept) {
    clearTimeout(one.end)
    one.end = setTimeout(() => {
      one.store.close()
      if (kept.get(key) === one) kept.delete(key)
    }, lingerMs)
  }

  return {
    of<T extends KubeObject>(source: Source) {
      const key = JSON.stringify([source.path, source.labels, source.fields, source.form])
      let one = kept.get(key)
      if (!one) {
        one = { store: objectStore(source, { reach }), listeners: 0 }
        kept.set(key, one)
        retire(key, one)
      }
      const found = one
      const store = found.store as unknown as ObjectStore<T>
      return {
        get snapshot() {
          return store.snapshot
        },
        retry: store.retry,
        listen(listener: () => void) {
          clearTimeout(found.end)
          found.listeners++
          const stop = store.listen(listener)
          return () => {
            stop()
            if (--found.listeners === 0) retire(key, found)
          }
        },
      }
    },
    retryRefused() {
      for (const { store } of kept.values()) if (store.snapshot.error) store.retry()
    },
    clear() {
      for (const { store, end } of kept.values()) {
        clearTimeout(end)
        store.close()
      }
      kept.clear()
    },
  }
}
