import { matches, type Requirement } from '@sampan/kit/selectors'
import type { Node } from './node.ts'
import type { Pod } from './pod.ts'

interface Expression {
  key: string
  operator: string
  values?: readonly string[]
}
export interface NodeSelectorTerm {
  matchExpressions?: readonly Expression[]
  matchFields?: readonly Expression[]
}

const operators: Record<string, Requirement['operator']> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

/** An empty term matches nothing. */
export function termMatches(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  { metadata }: Node,
): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return holds(matchExpressions, metadata.labels ?? {}) && holds(matchFields, { 'metadata.name': metadata.name })
}

/** An expression nobody understands matches nothing. */
function holds(expressions: readonly Expression[], labels: Readonly<Record<string, string>>): boolean {
  return expressions.every(({ key, operator, values = [] }) => {
    const known = operators[operator]
    return known !== undefined && matches([{ key, operator: known, values }], labels)
  })
}

/** One of the terms is enough; none at all selects every node. */
export const selectsNode = (terms: readonly NodeSelectorTerm[] | undefined, node: Node) =>
  !terms || terms.some((term) => termMatches(term, node))

/** `nodeSelector` and required node affinity. */
export function wantsNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const plain = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return plain && (required === undefined || selectsNode(required.nodeSelectorTerms, node))
}
