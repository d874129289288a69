import type { Pod } from '@sampan/resources/core/pod'
import type { Cluster, NodeState } from './cluster.ts'

/** Why a node will not do, in Kubernetes' words. */
export interface Refusal {
  reasons: readonly string[]
  /** Removing pods from the node would not change it. */
  isFinal: boolean
}

/** Undefined when the node will do. */
export type Filter = (pod: Pod, node: NodeState, cluster: Cluster) => Refusal | undefined

export const refuse = (...reasons: string[]): Refusal => ({ reasons, isFinal: false })
export const refuseForGood = (...reasons: string[]): Refusal => ({ reasons, isFinal: true })
