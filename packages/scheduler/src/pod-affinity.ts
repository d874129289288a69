import { selects } from '@sampan/kit/selectors'
import type { Pod } from '@sampan/resources/core/pod'
import type { LabelSelector } from '@sampan/resources/meta'
import { type Cluster, labelsOf, type NodeState } from './cluster.ts'

export interface AffinityTerm {
  labelSelector?: LabelSelector
  namespaces?: readonly string[]
  namespaceSelector?: LabelSelector
  topologyKey: string
  matchLabelKeys?: readonly string[]
  mismatchLabelKeys?: readonly string[]
}

/** Whether `term`, written on `owner`, means `other`. Without namespaces it means those of the owner's. */
export function termMeans(term: AffinityTerm, owner: Pod, other: Pod, { namespaceLabels }: Cluster): boolean {
  const namespace = other.metadata.namespace ?? ''
  const named = term.namespaces ?? []
  const isPlain = named.length === 0 && term.namespaceSelector === undefined
  const isThere = isPlain
    ? namespace === owner.metadata.namespace
    : named.includes(namespace) ||
      (term.namespaceSelector !== undefined && selects(term.namespaceSelector, namespaceLabels(namespace)))
  return isThere && selects(selectorOf(term, owner), other.metadata.labels ?? {})
}

/** The selector with the owner's own values of the keys that must (not) be equal. */
function selectorOf({ labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: AffinityTerm, owner: Pod) {
  if (!labelSelector || matchLabelKeys.length + mismatchLabelKeys.length === 0) return labelSelector
  const own = owner.metadata.labels ?? {}
  const expressions = (keys: readonly string[], operator: 'In' | 'NotIn') =>
    keys.flatMap((key) => (own[key] === undefined ? [] : [{ key, operator, values: [own[key]] }]))
  return {
    ...labelSelector,
    matchExpressions: [
      ...(labelSelector.matchExpressions ?? []),
      ...expressions(matchLabelKeys, 'In'),
      ...expressions(mismatchLabelKeys, 'NotIn'),
    ],
  }
}

/** Whether both nodes have the same value of the key. */
export function inSameDomain(key: string, a: NodeState, b: NodeState): boolean {
  const value = labelsOf(a)[key]
  return value !== undefined && value === labelsOf(b)[key]
}

export const requiredAffinity = ({ spec }: Pod): readonly AffinityTerm[] =>
  spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
export const requiredAntiAffinity = ({ spec }: Pod): readonly AffinityTerm[] =>
  spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []

export interface WeightedTerm {
  weight: number
  podAffinityTerm: AffinityTerm
}
export const preferredAffinity = ({ spec }: Pod): readonly WeightedTerm[] =>
  spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
export const preferredAntiAffinity = ({ spec }: Pod): readonly WeightedTerm[] =>
  spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
