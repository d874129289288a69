import type { Caches } from '@sampan/client/caches'
import { namespace } from '@sampan/resources/core/namespace'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import type { Part } from '../nft/table.ts'
import { policyPart } from './policy-part.ts'

/** The policies' part of the table, made anew only when something that matters to it changed. */
export interface Policies {
  part(): Part
  /** Calls `changed` whenever `part` would answer something else from now on. */
  listen(changed: () => void): void
  readonly synced: Promise<unknown>
  close(): void
}

export function policies(caches: Caches, bridge: string, dns: { ip: string; port: number }): Policies {
  const all = caches.of(networkPolicy)
  const pods = caches.of(pod)
  const namespaces = caches.of(namespace)
  let part: Part | undefined
  let tell: () => void = () => undefined

  const changed = () => {
    part = undefined
    tell()
  }
  const stops = [
    all.listen(changed),
    namespaces.listen(() => all.list().length > 0 && changed()),
    pods.listen((change) => {
      if (all.list().length === 0) part = undefined
      else if (change.type === 'gone' || !change.before || !meansTheSame(change.before, change.object)) changed()
    }),
  ]
  return {
    part() {
      part ??= policyPart({ policies: all.list(), pods: pods.list(), namespaces: namespaces.list(), dns, bridge })
      return part
    },
    listen(listener) {
      tell = listener
    },
    synced: Promise.all([all.synced, pods.synced, namespaces.synced]),
    close() {
      for (const stop of stops) stop()
    },
  }
}

/** Most changes of a pod are of its conditions. Labels are compared as text: equal ones come in equal order nearly always. */
const meansTheSame = (a: Pod, b: Pod) =>
  a.status?.podIP === b.status?.podIP &&
  a.status?.phase === b.status?.phase &&
  JSON.stringify(a.metadata.labels) === JSON.stringify(b.metadata.labels)
