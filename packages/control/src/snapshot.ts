import type { Cache } from '@sampan/client/cache'
import type { Caches } from '@sampan/client/caches'
import type { Clock } from '@sampan/kit/clock'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Controller, Snapshot } from './controller.ts'

/** Reads of one controller: only the kinds it named, so that the runner knows what to wait for. */
export function snapshotFor(controller: Controller, caches: Caches, clock: Clock): Snapshot {
  const opened = new Map<Definition, Cache>()
  for (const kind of kindsOf(controller)) opened.set(kind, caches.of(kind))
  for (const { kind, name, values } of controller.indexes ?? [])
    opened.get(kind)?.index(name, values as (object: KubeObject) => readonly string[])

  const cacheOf = <T extends KubeObject>(kind: Definition<T>) => {
    const cache = opened.get(kind as unknown as Definition)
    if (!cache) throw new Error(`Controller ${controller.name} reads ${kind.plural} without naming the kind`)
    return cache as unknown as Cache<T>
  }
  return {
    get: (kind, at) => cacheOf(kind).get(at),
    list: (kind, namespace) => cacheOf(kind).list(namespace),
    owned: (kind, owner) => cacheOf(kind).owned(owner.metadata.uid ?? ''),
    by: (kind, index, value) => cacheOf(kind).by(index, value),
    get now() {
      return clock.now()
    },
  }
}

/** The kinds whose caches a controller needs. */
export const kindsOf = ({ kind, watches = [], reads = [] }: Controller): ReadonlySet<Definition> =>
  new Set([kind, ...watches.map((watch) => watch.kind), ...reads])
