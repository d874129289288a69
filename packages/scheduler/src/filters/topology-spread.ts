import { labelsOf } from '../cluster.ts'
import { type Filter, refuse, refuseForGood } from '../filter.ts'
import { constraintsOf, isLike, spreadOf } from '../topology-spread.ts'

export const topologySpread: Filter = (pod, node, cluster) => {
  const constraints = constraintsOf(pod, 'DoNotSchedule')
  for (const constraint of constraints) {
    const domain = labelsOf(node)[constraint.topologyKey]
    if (domain === undefined)
      return refuseForGood("node(s) didn't match pod topology spread constraints (missing required label)")
    const counts = spreadOf(constraint, constraints, pod, cluster)
    const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values())
    const own = isLike(constraint, pod, pod) ? 1 : 0
    if ((counts.get(domain) ?? 0) + own - fewest > constraint.maxSkew)
      return refuse("node(s) didn't match pod topology spread constraints")
  }
  return undefined
}
