import type { Schema } from '@sampan/resources/define'
import { childOf } from '@sampan/resources/schemas'
import type { FieldTree } from './field-tree.ts'
import { isObject, itemsByStep, metaOf, stepOf } from './typed.ts'

type Members = Record<string, unknown>

/** What is there, with what was applied laid over it. Unchanged parts are shared with the arguments. */
export function merged(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (applied === undefined) return live
  const meta = metaOf(schema, applied)
  if (isObject(live) && isObject(applied) && !meta.isAtomic) {
    const result: Members = { ...live }
    for (const [key, value] of Object.entries(applied)) {
      if (value === null) delete result[key]
      else result[key] = merged(live[key], value, childOf(schema, key))
    }
    return result
  }
  if (!Array.isArray(live) || !Array.isArray(applied) || meta.isAtomic) return applied
  return mergedList(live, applied, meta, schema?.items)
}

/** Applied items in their order; items only the server has come before the next one that both have. */
function mergedList(live: unknown[], applied: unknown[], meta: ReturnType<typeof metaOf>, items: Schema | undefined) {
  const theirs = itemsByStep(live, meta)
  const mine = itemsByStep(applied, meta)
  const order = [...mine.keys()]
  const placed = new Set<string>()
  const result: unknown[] = []
  const place = (step: string) => {
    placed.add(step)
    result.push(merged(theirs.get(step), mine.get(step), items))
  }
  let at = 0
  let next = 0
  while (at < live.length || next < order.length) {
    if (at < live.length) {
      const step = stepOf(live[at], meta)
      if (step === undefined || !mine.has(step)) {
        result.push(live[at++])
        continue
      }
      if (placed.has(step)) {
        at++
        continue
      }
    }
    place(order[next++]!)
  }
  return result
}

/**
 * `value` without the fields that are in `last` but that nobody in `owned` has: what a manager stopped applying. A
 * container goes whole when nobody owns anything in it.
 */
export function withoutDisowned(
  value: unknown,
  last: FieldTree,
  owned: FieldTree | undefined,
  schema: Schema | undefined,
): unknown {
  const meta = metaOf(schema, value)
  if (isObject(value) && !meta.isAtomic) {
    const result: Members = { ...value }
    for (const [step, child] of last.children) {
      const key = step.slice(2)
      if (!step.startsWith('f:') || !Object.hasOwn(result, key)) continue
      const others = owned?.children.get(step)
      if (!others) delete result[key]
      else result[key] = withoutDisowned(result[key], child, others, childOf(schema, key))
    }
    return result
  }
  if (!Array.isArray(value) || meta.isAtomic) return value
  return value.flatMap((item) => {
    const step = stepOf(item, meta)
    const child = step === undefined ? undefined : last.children.get(step)
    if (!child) return [item]
    const others = owned?.children.get(step!)
    if (!others) return child.own ? [] : [item]
    return [withoutDisowned(item, child, others, schema?.items)]
  })
}
