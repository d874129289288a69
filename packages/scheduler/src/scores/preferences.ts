import { termMatches } from '@sampan/resources/core/node-affinity'
import { tolerates } from '@sampan/resources/core/tolerations'
import {
  type AffinityTerm,
  inSameDomain,
  preferredAffinity,
  preferredAntiAffinity,
  termMeans,
} from '../pod-affinity.ts'
import type { Score } from '../score.ts'
import { constraintsOf, spreadOf } from '../topology-spread.ts'

/** Sum of the weights of the preferred terms that match. */
export const preferredNodes: Score = ({ spec }, { node }) =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ preference }) => termMatches(preference, node))
    .reduce((total, { weight }) => total + weight, 0)

/** Fewer taints to be avoided that the pod does not tolerate. */
export const avoidedTaints: Score = ({ spec }, { node }) =>
  -(node.spec.taints ?? []).filter(
    (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(spec.tolerations, taint),
  ).length

/** Pods the pod would rather be near, and far from. */
export const preferredNeighbours: Score = (pod, node, cluster) => {
  const near = (term: AffinityTerm) =>
    cluster.nodes
      .filter((other) => inSameDomain(term.topologyKey, node, other))
      .reduce((count, { pods }) => count + pods.filter((other) => termMeans(term, pod, other, cluster)).length, 0)
  const weigh = (terms: ReturnType<typeof preferredAffinity>) =>
    terms.reduce((total, { weight, podAffinityTerm }) => total + weight * near(podAffinityTerm), 0)
  return weigh(preferredAffinity(pod)) - weigh(preferredAntiAffinity(pod))
}

/** Fewer pods alike in the node's domains. */
export const softSpread: Score = (pod, { node }, cluster) => {
  const constraints = constraintsOf(pod, 'ScheduleAnyway')
  return constraints.reduce((total, constraint) => {
    const domain = node.metadata.labels?.[constraint.topologyKey]
    if (domain === undefined) return total - 1000
    return total - (spreadOf(constraint, [], pod, cluster).get(domain) ?? 0) / constraint.maxSkew
  }, 0)
}
