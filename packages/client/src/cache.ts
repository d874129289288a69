import type { Definition } from '@sampan/resources/define'
import { apiVersionOf } from '@sampan/resources/define'
import type { KubeObject, Ref } from '@sampan/resources/meta'

/** What happened to one object; `before` is the state the cache had. */
export type CacheChange<T extends KubeObject = KubeObject> =
  | { type: 'put'; object: T; before?: T }
  | { type: 'gone'; object: T }

/**
 * All objects of one kind, held current by a watch. Objects are the ones the transport handed out: shared, never changed,
 * never copied. Reads cost no request and may be a moment old, but never older than this process's own writes that were
 * told to `wrote` and `removed`.
 */
export interface Cache<T extends KubeObject = KubeObject> {
  readonly kind: Definition<T>
  get(at: Ref): T | undefined
  /** Of one namespace, or of all. */
  list(namespace?: string): readonly T[]
  /** Objects whose controller ownerReference has this uid. */
  owned(uid: string): readonly T[]
  /** Objects under `value` of an index made by `index`. */
  by(index: string, value: string): readonly T[]
  /** Adds an index: `values` says under which values an object is found. Adding it twice is one index. */
  index(name: string, values: (object: T) => readonly string[]): void
  /** Called for every change from now on, in order; the cache already shows the new state. Returns the way to stop it. */
  listen(listener: (change: CacheChange<T>) => void): () => void
  /** The answer of an own write, so that later reads show it though the watch has not. */
  wrote(object: T): void
  /** An own deletion that was carried out at once. */
  removed(object: T): void
  /** Resolves when the first list is in. Rejects when the cache is closed before. */
  readonly synced: Promise<void>
  readonly isSynced: boolean
}

/** The half of a cache that whoever feeds it uses. */
export interface CacheFeed<T extends KubeObject = KubeObject> {
  cache: Cache<T>
  /** Replaces everything by a list as of `revision`. */
  reset(objects: readonly T[], revision: string): void
  put(object: T): void
  gone(object: T): void
  /** Nothing older than this comes any more (bookmarks). */
  at(revision: string): void
  /** Where a watch goes on; undefined before the first list. */
  readonly revision: string | undefined
  fail(error: unknown): void
}

const byController = 'controller'

/** An empty cache and its feed. */
export function cacheOf<T extends KubeObject>(kind: Definition<T>): CacheFeed<T> {
  const spaces = new Map<string, Map<string, T>>()
  const indexes = new Map<string, Index<T>>()
  const listeners = new Set<(change: CacheChange<T>) => void>()
  /** Own deletions the watch has not told of yet, by uid: their older states must not come back. */
  const deleted = new Set<string>()
  /** Own writes the watch has not told of yet: uid → revision. No list or event that is older undoes them. */
  const written = new Map<string, string | undefined>()
  const synced = Promise.withResolvers<void>()
  synced.promise.catch(() => undefined) // whoever waits hears of it; nobody has to wait
  let isSynced = false
  let seen: string | undefined
  const apiVersion = apiVersionOf(kind)

  const spaceOf = (object: { namespace?: string }) => object.namespace ?? ''
  const found = (at: Ref) => spaces.get(spaceOf(at))?.get(at.name)
  const tell = (change: CacheChange<T>) => {
    for (const listener of listeners) listener(change)
  }

  function set(object: T, before: T | undefined) {
    const space = spaceOf(object.metadata)
    const names = spaces.get(space)
    if (names) names.set(object.metadata.name, object)
    else spaces.set(space, new Map([[object.metadata.name, object]]))
    for (const index of indexes.values()) {
      if (before) index.take(before)
      index.add(object)
    }
  }

  function unset(object: T) {
    const space = spaceOf(object.metadata)
    const names = spaces.get(space)
    names?.delete(object.metadata.name)
    if (names?.size === 0) spaces.delete(space)
    for (const index of indexes.values()) index.take(object)
  }

  /** Lists of real clusters leave kind and apiVersion out of their items. */
  const named = (object: T): T => (object.kind ? object : { ...object, apiVersion, kind: kind.kind })

  /** `isTrue`: the server's whole truth, which holds even where it is older (it was put back from a backup). */
  function put(given: T, isTrue = false) {
    const { uid = '', resourceVersion } = given.metadata
    if (deleted.has(uid)) return
    if (written.has(uid) && !isNewer(written.get(uid), resourceVersion)) written.delete(uid)
    const before = found(given.metadata)
    if (before && before.metadata.uid === given.metadata.uid) {
      const isOlder = !isNewer(resourceVersion, before.metadata.resourceVersion)
      const isSame = before === given || resourceVersion === before.metadata.resourceVersion
      if (isSame || (isOlder && (!isTrue || written.has(uid)))) return
      const object = named(given)
      set(object, before)
      tell({ type: 'put', object, before })
      return
    }
    if (before) {
      if (!isTrue && !isNewer(resourceVersion, before.metadata.resourceVersion)) return
      drop(before)
    }
    const object = named(given)
    set(object, undefined)
    tell({ type: 'put', object })
  }

  function drop(object: T) {
    unset(object)
    tell({ type: 'gone', object })
  }

  function gone(object: T) {
    const { uid } = object.metadata
    if (uid) written.delete(uid)
    if (uid && deleted.delete(uid)) return
    const before = found(object.metadata)
    if (before && before.metadata.uid === uid) drop(before)
  }

  function everything(): T[] {
    const all: T[] = []
    for (const names of spaces.values()) for (const object of names.values()) all.push(object)
    return all
  }

  const cache: Cache<T> = {
    kind,
    get: found,
    list: (namespace) => (namespace === undefined ? everything() : [...(spaces.get(namespace)?.values() ?? [])]),
    owned(uid) {
      cache.index(byController, controllerOf)
      return cache.by(byController, uid)
    },
    by(name, value) {
      const index = indexes.get(name)
      if (!index) throw new Error(`The cache of ${kind.plural} has no index "${name}"`)
      return index.at(value)
    },
    index(name, values) {
      if (indexes.has(name)) return
      const index = indexOf(values)
      for (const object of everything()) index.add(object)
      indexes.set(name, index)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wrote(object) {
      const { uid, resourceVersion } = object.metadata
      // What the watch has passed it has told: an older answer must not bring back what went meanwhile.
      if (seen !== undefined && !isNewer(resourceVersion, seen)) return
      put(object)
      if (uid && !deleted.has(uid)) written.set(uid, resourceVersion)
    },
    removed(object) {
      const before = found(object.metadata)
      if (!before || before.metadata.uid !== object.metadata.uid) return
      if (before.metadata.uid) deleted.add(before.metadata.uid)
      if (before.metadata.uid) written.delete(before.metadata.uid)
      drop(before)
    },
    synced: synced.promise,
    get isSynced() {
      return isSynced
    },
  }

  return {
    cache,
    reset(objects, revision) {
      const listed = new Set(objects.map(({ metadata }) => metadata.uid))
      for (const object of everything()) {
        const { uid = '' } = object.metadata
        if (!listed.has(object.metadata.uid) && !isNewer(written.get(uid), revision)) drop(object)
      }
      for (const [uid, at] of written) if (!isNewer(at, revision)) written.delete(uid)
      for (const uid of deleted) if (!listed.has(uid)) deleted.delete(uid)
      for (const object of objects) put(object, true)
      seen = revision
      isSynced = true
      synced.resolve()
    },
    put(object) {
      seen = object.metadata.resourceVersion ?? seen
      put(object)
    },
    gone(object) {
      seen = object.metadata.resourceVersion ?? seen
      gone(object)
    },
    at(revision) {
      seen = revision
    },
    get revision() {
      return seen
    },
    fail: synced.reject,
  }
}

/** Revisions count up and may be compared, per object and per kind (Kubernetes says so since 1.35; etcd always did). */
const isNewer = (a: string | undefined, b: string | undefined) => Number(a ?? 0) > Number(b ?? 0)

const controllerOf = ({ metadata }: KubeObject) => {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  return owner ? [owner.uid] : []
}

interface Index<T> {
  at(value: string): readonly T[]
  add(object: T): void
  take(object: T): void
}

function indexOf<T>(values: (object: T) => readonly string[]): Index<T> {
  const sets = new Map<string, Set<T>>()
  return {
    at: (value) => [...(sets.get(value) ?? [])],
    add(object) {
      for (const value of values(object)) {
        const set = sets.get(value)
        if (set) set.add(object)
        else sets.set(value, new Set([object]))
      }
    },
    take(object) {
      for (const value of values(object)) {
        const set = sets.get(value)
        set?.delete(object)
        if (set?.size === 0) sets.delete(value)
      }
    },
  }
}
