import type { KubeObject } from '@sampan/resources/meta'
import { useMemo, useSyncExternalStore } from 'react'
import { api } from './api.ts'
import { type Line, openLine, type Socket } from './line.ts'
import type { Snapshot, Source } from './objects.ts'
import { createStores, type Stores } from './stores.ts'

/** The one connection of this page and the objects it keeps current. */

let checkSession: () => void = () => undefined

/** Called whenever the connection fails: says where to look whether the session is over. */
export const onConnectionFailure = (look: () => void) => {
  checkSession = look
}

export const line: Line = openLine({
  connect: () => new WebSocket(new URL('/api/streams', location.href.replace(/^http/, 'ws'))) as unknown as Socket,
  onFailure: () => checkSession(),
})

export const stores: Stores = createStores({
  list: (path, { accept, signal }) => api(`/kube${path}`, { accept, signal }),
  watch: (path, options) => line.stream(path, options),
})

export const useIsLost = () =>
  useSyncExternalStore(
    (changed) => line.listen(changed),
    () => line.isLost,
  )

const nothing: Snapshot<never> = { items: [], isLoaded: false, isComplete: false }

export interface Live<T extends KubeObject> extends Snapshot<T> {
  /** As of a query: what is there, or why there is nothing. */
  data: readonly T[] | undefined
  refetch: () => void
}

/** The objects of a source, kept current while the component is there; nothing is asked for without a source. */
export function useObjects<T extends KubeObject>(source: Source | undefined): Live<T> {
  const key = source && JSON.stringify(source)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the source as text
  const store = useMemo(() => (source ? stores.of<T>(source) : undefined), [key])
  const snapshot = useSyncExternalStore(
    useMemo(() => (changed: () => void) => store?.listen(changed) ?? (() => undefined), [store]),
    () => store?.snapshot ?? (nothing as Snapshot<T>),
  )
  return useMemo(
    () => ({ ...snapshot, data: snapshot.isLoaded ? snapshot.items : undefined, refetch: () => store?.retry() }),
    [snapshot, store],
  )
}

/** Several sources as one list: what somebody without rights on the whole cluster sees of all projects. */
export function useManyObjects<T extends KubeObject>(sources: readonly Source[]): Live<T> {
  const key = JSON.stringify(sources)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the sources as text
  const many = useMemo(() => manyStores<T>(sources), [key])
  const snapshot = useSyncExternalStore(many.listen, many.snapshot)
  return useMemo(
    () => ({ ...snapshot, data: snapshot.isLoaded ? snapshot.items : undefined, refetch: many.retry }),
    [snapshot, many],
  )
}

function manyStores<T extends KubeObject>(sources: readonly Source[]) {
  const all = sources.map((source) => stores.of<T>(source))
  let parts: readonly Snapshot<T>[] = []
  let whole: Snapshot<T> = { ...nothing, isLoaded: all.length === 0, isComplete: all.length === 0 }
  return {
    snapshot() {
      const now = all.map((one) => one.snapshot)
      if (now.length !== parts.length || now.some((one, i) => one !== parts[i])) {
        parts = now
        const error = now.find((one) => one.error)?.error
        whole = {
          items: now.flatMap(({ items }) => items),
          // A project that has just gone is no reason to show nothing of the others.
          isLoaded: now.every((one) => one.isLoaded || one.error) && now.some((one) => one.isLoaded),
          isComplete: now.every((one) => one.isComplete || one.error),
          ...(error && now.every((one) => one.error) && { error }),
        }
      }
      return whole
    },
    listen(changed: () => void) {
      const stops = all.map((one) => one.listen(changed))
      return () => {
        for (const stop of stops) stop()
      }
    },
    retry: () => {
      for (const one of all) one.retry()
    },
  }
}
