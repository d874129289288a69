import type { Cache } from '@sampan/client/cache'
import type { Caches } from '@sampan/client/caches'
import { namespace } from '@sampan/resources/core/namespace'
import { type Node, node } from '@sampan/resources/core/node'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isTerminal, type Pod, pod } from '@sampan/resources/core/pod'
import { podDisruptionBudget } from '@sampan/resources/policy/pod-disruption-budget'
import { storageClass } from '@sampan/resources/storage/storage-class'
import { type Cluster, type NodeState, nodeState } from './cluster.ts'
import { priorityOf } from './preempt.ts'

const byNode = 'node'

/** The cluster as the caches show it, with the scheduler's own decisions that they do not show yet. */
export interface ClusterView {
  /** As `pod` finds it: what is nominated with at least its priority counts as being there. */
  clusterFor(pod: Pod): Cluster
  /** `pod` is about to be bound. */
  assume(pod: Pod, nodeName: string): void
  /** The binding failed, or the caches show it by now. */
  forget(uid: string | undefined): void
  isAssumed(uid: string | undefined): boolean
  /** Room on a node is being made for `pod`. */
  nominate(pod: Pod, nodeName: string): void
  synced: Promise<unknown>
  pods: Cache<Pod>
  nodes: Cache<Node>
  /** Kinds whose changes may make room. */
  others: readonly Cache[]
  budgets: () => ReturnType<Cache<import('@sampan/resources/policy/pod-disruption-budget').PodDisruptionBudget>['list']>
  close(): void
}

export function clusterView(caches: Caches): ClusterView {
  const pods = caches.of(pod)
  const nodes = caches.of(node)
  const namespaces = caches.of(namespace)
  const claims = caches.of(persistentVolumeClaim)
  const volumes = caches.of(persistentVolume)
  const classes = caches.of(storageClass)
  const budgets = caches.of(podDisruptionBudget)
  pods.index(byNode, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []))

  const assumed = new Map<string, { pod: Pod; nodeName: string }>()
  const nominated = new Map<string, { pod: Pod; nodeName: string }>()
  /** Worked out when asked for, until something on the node changes. */
  const states = new Map<string, NodeState>()
  const stops = [
    pods.listen(({ type, object, ...change }) => {
      const before = 'before' in change ? change.before : undefined
      if (before?.spec.nodeName) states.delete(before.spec.nodeName)
      if (object.spec.nodeName) states.delete(object.spec.nodeName)
      if (object.spec.nodeName || type === 'gone' || isTerminal(object)) {
        forget(object.metadata.uid)
        nominated.delete(object.metadata.uid ?? '')
      }
    }),
    nodes.listen(({ object }) => states.delete(object.metadata.name)),
  ]

  function forget(uid = '') {
    const one = assumed.get(uid)
    if (!one) return
    assumed.delete(uid)
    states.delete(one.nodeName)
  }

  function stateOf(one: Node): NodeState {
    const { name } = one.metadata
    let state = states.get(name)
    if (!state) {
      const bound = pods.by(byNode, name)
      const coming = [...assumed.values()].filter(({ nodeName }) => nodeName === name).map((each) => each.pod)
      state = nodeState(one, [...bound, ...coming])
      states.set(name, state)
    }
    return state
  }

  const facts = {
    namespaceLabels: (name: string) => namespaces.get({ name })?.metadata.labels ?? {},
    volumes: {
      claim: (at: string, name: string) => claims.get({ namespace: at, name }),
      volume: (name: string) => volumes.get({ name }),
      storageClass: (name: string) => classes.get({ name }),
      available: () => volumes.list().filter(({ status }) => status?.phase === 'Available'),
    },
  }

  return {
    pods,
    nodes,
    others: [claims, volumes, classes, namespaces] as unknown as readonly Cache[],
    budgets: () => budgets.list(),
    synced: Promise.all([pods, nodes, namespaces, claims, volumes, classes, budgets].map(({ synced }) => synced)),
    clusterFor(incoming) {
      const expected = [...nominated.values()].filter(
        (one) => one.pod.metadata.uid !== incoming.metadata.uid && priorityOf(one.pod) >= priorityOf(incoming),
      )
      const all = nodes.list().map((one) => {
        const state = stateOf(one)
        const extra = expected.filter(({ nodeName }) => nodeName === one.metadata.name).map((each) => each.pod)
        return extra.length > 0 ? nodeState(one, [...state.pods, ...extra]) : state
      })
      return { nodes: all, ...facts }
    },
    assume(one, nodeName) {
      assumed.set(one.metadata.uid ?? '', { pod: one, nodeName })
      nominated.delete(one.metadata.uid ?? '')
      states.delete(nodeName)
    },
    forget,
    isAssumed: (uid = '') => assumed.has(uid),
    nominate(one, nodeName) {
      nominated.set(one.metadata.uid ?? '', { pod: one, nodeName })
    },
    close() {
      for (const stop of stops) stop()
    },
  }
}
