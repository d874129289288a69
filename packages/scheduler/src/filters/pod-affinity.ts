import type { Pod } from '@sampan/resources/core/pod'
import { type Cluster, labelsOf, type NodeState } from '../cluster.ts'
import { type Filter, refuse, refuseForGood } from '../filter.ts'
import { type AffinityTerm, inSameDomain, requiredAffinity, requiredAntiAffinity, termMeans } from '../pod-affinity.ts'

export const podAffinity: Filter = (pod, node, cluster) => {
  const wanted = requiredAffinity(pod)
  if (wanted.length > 0 && !isNearAll(wanted, pod, node, cluster))
    return refuseForGood("node(s) didn't match pod affinity rules")
  if (requiredAntiAffinity(pod).some((term) => isNear(term, pod, node, cluster)))
    return refuse("node(s) didn't match pod anti-affinity rules")
  for (const other of cluster.nodes)
    for (const existing of other.repelling)
      for (const term of requiredAntiAffinity(existing))
        if (inSameDomain(term.topologyKey, node, other) && termMeans(term, existing, pod, cluster))
          return refuse("node(s) didn't satisfy existing pods anti-affinity rules")
  return undefined
}

/** The first of a group that wants to be together has nobody to be near: it may start where the keys exist. */
function isNearAll(terms: readonly AffinityTerm[], pod: Pod, node: NodeState, cluster: Cluster): boolean {
  if (terms.some(({ topologyKey }) => labelsOf(node)[topologyKey] === undefined)) return false
  if (terms.every((term) => isNear(term, pod, node, cluster))) return true
  const isAnywhere = terms.some((term) =>
    cluster.nodes.some((other) => other.pods.some((existing) => termMeans(term, pod, existing, cluster))),
  )
  return !isAnywhere && terms.every((term) => termMeans(term, pod, pod, cluster))
}

const isNear = (term: AffinityTerm, pod: Pod, node: NodeState, cluster: Cluster) =>
  cluster.nodes.some(
    (other) =>
      inSameDomain(term.topologyKey, node, other) &&
      other.pods.some((existing) => termMeans(term, pod, existing, cluster)),
  )
