import type { BuildContext } from './build-context.ts'
import { keeps } from './conditions.ts'
import type { PipelineDocument, StepDocument } from './shapes.ts'

/**
 * What each step and service waits for. Without any `depends_on` one after the other; with one, everything unlinked waits
 * for the clone alone. What a step's `when` left out is replaced by what it would have waited for.
 */
export function orderOf(document: PipelineDocument, build: BuildContext) {
  const { services, steps, clone } = document
  const entries = [...services, ...steps]
  const isGraph = entries.some((entry) => entry.depends_on.length > 0)
  const first = clone.disable ? [] : ['clone']
  const order = new Map<StepDocument, string[]>()
  if (!isGraph) {
    for (const service of services) order.set(service, first)
    let last = first
    for (const step of steps) {
      order.set(step, last)
      if (keeps(step.when, build)) last = [step.name]
    }
    return { order, isGraph }
  }
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const open = new Set<StepDocument>()
  const waits = (entry: StepDocument): string[] => {
    const known = order.get(entry)
    if (known || open.has(entry)) return known ?? []
    open.add(entry)
    const names = entry.depends_on.length > 0 ? entry.depends_on : first
    const effective = names.flatMap((name) => {
      const other = byName.get(name)
      if (!other) return name === 'clone' && !clone.disable ? [name] : []
      return keeps(other.when, build) ? [name] : waits(other)
    })
    open.delete(entry)
    const unique = [...new Set(effective)]
    order.set(entry, unique)
    return unique
  }
  for (const entry of entries) waits(entry)
  return { order, isGraph }
}
