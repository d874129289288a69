import { jsonEqual } from '@sampan/kit/json-equal'
import type { Pod } from '@sampan/resources/core/pod'
import { qosClassOf } from '@sampan/resources/core/pod-resources'
import { invalid, type Problem } from '@sampan/resources/errors'
import { forbiddenField, invalidValue } from '@sampan/resources/problem'

type Container = Pod['spec']['containers'][number]
type Amounts = Record<string, string | undefined>

const resizable = ['cpu', 'memory']

/** What a resize may not do: anything but change CPU and memory of containers that run on, and of the pod as a whole. Throws Invalid. */
export function checkResize(old: Pod, next: Pod): void {
  const problems = namesProblems(old, next)
  if (problems.length === 0) problems.push(...resourceProblems(old, next))
  if (problems.length > 0) throw invalid({ kind: 'Pod', group: '' }, old.metadata.name, problems)
}

function namesProblems(old: Pod, next: Pod): Problem[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => {
    const before = old.spec[list] ?? []
    const after = next.spec[list] ?? []
    const what = list === 'containers' ? 'containers' : 'initContainers'
    if (before.length !== after.length)
      return [forbiddenField(`spec.${list}`, `${what} may not be added or removed on resize`)]
    return after.flatMap(({ name }, index) =>
      name === before[index]!.name
        ? []
        : [forbiddenField(`spec.${list}[${index}].name`, `${what} may not be renamed or reordered on resize`)],
    )
  })
}

function resourceProblems(old: Pod, next: Pod): Problem[] {
  const problems: Problem[] = []
  for (const list of ['containers', 'initContainers'] as const)
    for (const [index, container] of (next.spec[list] ?? []).entries()) {
      const before = old.spec[list]![index]!
      const at = `spec.${list}[${index}].resources`
      if (jsonEqual(container.resources as never, before.resources as never)) continue
      if (list === 'initContainers' && container.restartPolicy !== 'Always') {
        problems.push(forbiddenField(at, 'resources for non-sidecar init containers are immutable'))
        continue
      }
      problems.push(...changeProblems(at, before, container))
    }
  problems.push(
    ...changeProblems('spec.resources', { resources: old.spec.resources }, { resources: next.spec.resources }),
  )
  const quality = qosClassOf(next)
  if (quality !== (old.status?.qosClass ?? qosClassOf(old)))
    problems.push(invalidValue('spec', quality, 'Pod QOS Class may not change as a result of resizing'))
  return problems
}

/** Of a container, or of the pod as a whole. */
type Limited = Pick<Container, 'resources'>

function changeProblems(at: string, before: Limited, after: Limited): Problem[] {
  if (jsonEqual(after.resources as never, before.resources as never)) return []
  return [
    ...(isRemoved(limitsOf(before), limitsOf(after))
      ? [forbiddenField(`${at}.limits`, 'resource limits cannot be removed')]
      : []),
    ...(isRemoved(requestsOf(before), requestsOf(after))
      ? [forbiddenField(`${at}.requests`, 'resource requests cannot be removed')]
      : []),
    ...(jsonEqual(othersOf(before) as never, othersOf(after) as never)
      ? []
      : [forbiddenField('spec', 'only cpu and memory resources are mutable')]),
  ]
}

const limitsOf = ({ resources }: Limited) => (resources?.limits ?? {}) as Amounts

/** A limit counts as the request nobody made. */
const requestsOf = (container: Limited): Amounts => ({
  ...limitsOf(container),
  ...((container.resources?.requests ?? {}) as Amounts),
})

const isRemoved = (before: Amounts, after: Amounts) =>
  resizable.some((name) => before[name] !== undefined && after[name] === undefined)

/** All that is not CPU and memory. */
function othersOf(container: Limited) {
  const others = (amounts: Amounts) =>
    Object.fromEntries(Object.entries(amounts).filter(([name]) => !resizable.includes(name)))
  return [others(limitsOf(container)), others(requestsOf(container)), container.resources?.claims ?? []]
}
