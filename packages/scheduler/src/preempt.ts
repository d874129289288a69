import { selects } from '@sampan/kit/selectors'
import type { Pod } from '@sampan/resources/core/pod'
import type { PodDisruptionBudget } from '@sampan/resources/policy/pod-disruption-budget'
import { type Cluster, type NodeState, nodeState } from './cluster.ts'
import type { Refusal } from './filter.ts'
import { refusalOf, sentence } from './schedule.ts'

export type Preemption = { node: string; victims: readonly Pod[] } | { message: string }

export const priorityOf = ({ spec }: Pod) => spec.priority ?? 0

interface Candidate {
  node: NodeState
  victims: readonly Pod[]
  violations: number
}

const unhelpful = 'Preemption is not helpful for scheduling'
const nobody = 'No preemption victims found for incoming pod'

/**
 * Whom to remove from which node so that `pod` fits: only pods of lower priority, as few and as unimportant as possible,
 * and against a disruption budget only where nothing else will do.
 */
export function preempt(
  pod: Pod,
  refusals: ReadonlyMap<NodeState, Refusal>,
  cluster: Cluster,
  budgets: readonly PodDisruptionBudget[],
): Preemption {
  const count = cluster.nodes.length
  const noHelp = (): Preemption => ({
    message: sentence(
      count,
      cluster.nodes.map(() => [unhelpful]),
    ),
  })
  if (refusals.size === 0) return noHelp()
  if (pod.spec.preemptionPolicy === 'Never') return { message: 'not eligible due to preemptionPolicy=Never.' }
  const reasons: string[][] = []
  const candidates: Candidate[] = []
  for (const [node, refusal] of refusals) {
    const found = refusal.isFinal ? undefined : candidateOn(pod, node, cluster, budgets)
    if (found) candidates.push(found)
    else reasons.push([refusal.isFinal ? unhelpful : nobody])
  }
  const [best] = candidates.toSorted(
    (a, b) =>
      a.violations - b.violations ||
      highest(a) - highest(b) ||
      total(a) - total(b) ||
      a.victims.length - b.victims.length ||
      (a.node.node.metadata.name < b.node.node.metadata.name ? -1 : 1),
  )
  return best ? { node: best.node.node.metadata.name, victims: best.victims } : { message: sentence(count, reasons) }
}

const highest = ({ victims }: Candidate) => Math.max(...victims.map(priorityOf))
const total = ({ victims }: Candidate) => victims.reduce((sum, victim) => sum + priorityOf(victim) + 2 ** 31, 0)

/** Takes all lesser pods away, then lets back the most important first, as long as `pod` still fits. */
function candidateOn(
  pod: Pod,
  { node, pods }: NodeState,
  cluster: Cluster,
  budgets: readonly PodDisruptionBudget[],
): Candidate | undefined {
  const lesser = pods.filter((other) => priorityOf(other) < priorityOf(pod))
  if (lesser.length === 0) return undefined
  let stay = pods.filter((other) => !lesser.includes(other))
  const fits = (kept: readonly Pod[]) => {
    const state = nodeState(node, kept)
    const nodes = cluster.nodes.map((other) => (other.node === node ? state : other))
    return refusalOf(pod, state, { ...cluster, nodes }) === undefined
  }
  if (!fits(stay)) return undefined
  const { violating, others } = split(lesser, budgets)
  const victims: Pod[] = []
  let violations = 0
  for (const [group, isViolating] of [
    [violating, true],
    [others, false],
  ] as const)
    for (const one of group.toSorted((a, b) => priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b))) {
      if (fits([...stay, one])) stay = [...stay, one]
      else {
        victims.push(one)
        if (isViolating) violations++
      }
    }
  return { node: cluster.nodes.find((state) => state.node === node) as NodeState, victims, violations }
}

const startOf = ({ status, metadata }: Pod) => Date.parse(status?.startTime ?? metadata.creationTimestamp ?? '') || 0

/** Which removals would go against a budget, when the budgets are spent in the order of the pods. */
function split(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]) {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]))
  const violating: Pod[] = []
  const others: Pod[] = []
  for (const pod of pods) {
    const concerned = budgets.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selects(spec.selector, pod.metadata.labels ?? {}),
    )
    let isAgainst = false
    for (const budget of concerned) {
      const allowed = (left.get(budget) ?? 0) - 1
      left.set(budget, allowed)
      if (allowed < 0) isAgainst = true
    }
    ;(isAgainst ? violating : others).push(pod)
  }
  return { violating, others }
}
