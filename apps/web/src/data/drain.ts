import type { KubeObject } from '@sampan/resources/meta'
import { api, Refused } from './api.ts'
import type { PodLike } from './pod.ts'

/** What draining does with the pods of a node. */
export interface DrainPlan {
  /** Are evicted; what they belong to makes others elsewhere. */
  moved: readonly PodLike[]
  /** Are evicted and belong to nothing: nobody makes them again. */
  lost: readonly PodLike[]
  /** Of those, the ones with scratch data on the node. */
  scratch: readonly PodLike[]
  /** Stay: every node has them. */
  kept: readonly PodLike[]
}

const isMirror = ({ metadata }: KubeObject) => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
const controllerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find((one) => one.controller)

/** As `kubectl drain` sorts them. Pods that are being deleted already need nothing. */
export function drainPlan(pods: readonly PodLike[]): DrainPlan {
  const living = pods.filter(({ metadata }) => !metadata.deletionTimestamp)
  const stays = (pod: PodLike) => isMirror(pod) || controllerOf(pod)?.kind === 'DaemonSet'
  const goes = living.filter((pod) => !stays(pod))
  return {
    moved: goes.filter((pod) => controllerOf(pod)),
    lost: goes.filter((pod) => !controllerOf(pod)),
    scratch: goes.filter(({ spec }) => spec?.volumes?.some((one) => one.emptyDir !== undefined)),
    kept: living.filter(stays),
  }
}

/** How an eviction went: `held` by a disruption budget, which may let go later. */
export type Eviction = { kind: 'asked' } | { kind: 'held'; message: string }

/** Asks the server to evict a pod. Throws `Refused` for anything but a disruption budget; a pod that is gone is evicted. */
export async function evict({ metadata: { namespace = '', name } }: KubeObject): Promise<Eviction> {
  try {
    await api(`/kube/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`, {
      method: 'POST',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    })
    return { kind: 'asked' }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.status === 429) return { kind: 'held', message: error.message }
    if (error.status === 404) return { kind: 'asked' }
    throw error
  }
}

export interface Draining {
  evict: (pod: PodLike) => Promise<Eviction>
  /** After a round in which some were held. */
  wait: () => Promise<void>
  signal: AbortSignal
  /** Those held now, by `namespace/name`, with the server's word. */
  onHeld: (held: ReadonlyMap<string, string>) => void
}

export const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`

/** Evicts every pod, those that a disruption budget holds again and again until it lets go or the signal ends it. */
export async function evictAll(pods: readonly PodLike[], { evict, wait, signal, onHeld }: Draining): Promise<void> {
  let left = pods
  for (;;) {
    const held = new Map<string, string>()
    for (const pod of left) {
      if (signal.aborted) return
      const answer = await evict(pod)
      if (answer.kind === 'held') held.set(keyOf(pod), answer.message)
    }
    onHeld(held)
    if (held.size === 0) return
    left = left.filter((pod) => held.has(keyOf(pod)))
    await wait()
    if (signal.aborted) return
  }
}
