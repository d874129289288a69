import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Entry, Store } from '@sampan/store/store'
import { keyOf, prefixOf } from './keys.ts'

type Where = Pick<Definition, 'group' | 'plural'>

/** Typed reads straight from the store: parsed once per revision and shared, so never change what comes back. */
export interface Objects {
  readonly store: Store
  get<T extends KubeObject = KubeObject>(kind: Where, name: string, namespace?: string): T | undefined
  /** All of a kind, or those of one namespace. */
  list<T extends KubeObject = KubeObject>(kind: Where, namespace?: string): T[]
}

const decoder = new TextDecoder()

/** The object in an entry's bytes. The same value every time: shared, never changed. */
export function objectOf<T extends KubeObject = KubeObject>(entry: Entry): T {
  entry.parsed ??= JSON.parse(decoder.decode(entry.value)) as KubeObject
  return entry.parsed as T
}

/** How long the object in a superseded entry may still be asked for by those who compare old and new. */
const graceMs = 5_000
let leaving: Entry[] = []

/**
 * Lets go of the parsed form of an entry that has been replaced: the history keeps its bytes for minutes, and objects are
 * several times larger. Whoever still asks gets it parsed anew.
 */
export function forgetSoon(entry: Entry): void {
  if (leaving.push(entry) > 1) return
  setTimeout(() => {
    const gone = leaving
    leaving = []
    for (const one of gone) one.parsed = undefined
  }, graceMs).unref()
}

export function objectsOf(store: Store): Objects {
  return {
    store,
    get<T extends KubeObject>(kind: Where, name: string, namespace?: string) {
      const entry = store.get(keyOf(kind, name, namespace))
      return entry && objectOf<T>(entry)
    },
    list: <T extends KubeObject>(kind: Where, namespace?: string) =>
      store.list(prefixOf(kind, namespace)).entries.map((entry) => objectOf<T>(entry)),
  }
}
