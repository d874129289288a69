import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import { badRequest } from '@sampan/resources/errors'
import type { MergeRule } from './merge-keys.ts'

type Members = Record<string, unknown>

const order = '$setElementOrder/'
const deletion = '$deleteFromPrimitiveList/'
const anything: MergeRule = {}

/**
 * Strategic merge patch: like a merge patch, but lists whose elements have an identity are merged by it, and directives
 * (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a plain patch cannot. Neither
 * argument is changed. Throws BadRequest.
 */
export function strategicMerge(target: Members, patch: Members, rule: MergeRule): Members {
  const directive = patch.$patch
  if (directive === 'replace') return jsonCopy(without(patch, '$patch'))
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`unrecognized type: unknown $patch directive ${JSON.stringify(directive)}`)
  const result: Members = { ...target }
  const retained = patch.$retainKeys
  if (Array.isArray(retained)) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key]
  for (const [name, value] of Object.entries(patch)) {
    if (name === '$patch' || name === '$retainKeys') continue
    if (name.startsWith(order)) {
      const field = name.slice(order.length)
      // With the list itself in the patch, its order is applied after it was merged.
      if (!(field in patch)) reorder(result, field, list(value, name), rule.fields?.[field])
    } else if (name.startsWith(deletion)) {
      const field = name.slice(deletion.length)
      const gone = list(value, name)
      const found = result[field]
      if (Array.isArray(found)) result[field] = found.filter((one) => !gone.some((other) => jsonEqual(one, other)))
    } else if (value === null) delete result[name]
    else {
      const merged = mergedMember(result[name], value, rule.fields?.[name] ?? anything)
      if (merged === undefined) delete result[name]
      else result[name] = merged
      const wanted = patch[`${order}${name}`]
      if (wanted !== undefined) reorder(result, name, list(wanted, name), rule.fields?.[name])
    }
  }
  return result
}

function mergedMember(found: unknown, value: unknown, rule: MergeRule): unknown {
  if (isObject(value)) {
    if (value.$patch === 'delete') return undefined
    if (rule.replace) return jsonCopy(without(value, '$patch'))
    return strategicMerge(isObject(found) ? found : {}, value, rule)
  }
  if (!Array.isArray(value)) return value
  if (rule.key) return mergedList(Array.isArray(found) ? found : [], value, rule.key, rule)
  if (rule.isSet) {
    const known = Array.isArray(found) ? found : []
    return [...known, ...value.filter((one) => !known.some((other) => jsonEqual(one, other)))]
  }
  return jsonCopy(value)
}

/** Elements with a key the target has are merged into it, others are added; `$patch` on an element deletes or replaces. */
function mergedList(target: unknown[], patch: unknown[], key: string, rule: MergeRule): unknown[] {
  const items = patch.map((one) => {
    if (!isObject(one)) throw badRequest(`a strategic merge patch needs objects in a list merged by ${key}`)
    return one
  })
  if (items.some((one) => one.$patch === 'replace' && one[key] === undefined))
    return items
      .filter((one) => !(one.$patch === 'replace' && Object.keys(one).length === 1))
      .map((one) => strategicMerge({}, without(one, '$patch'), inner(rule)))
  const result = [...target]
  for (const item of items) {
    if (item[key] === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`)
    const at = result.findIndex((one) => isObject(one) && jsonEqual(one[key], item[key]))
    const inside = inner(rule)
    if (item.$patch === 'delete') {
      for (let i = result.length - 1; i >= 0; i--) {
        const one = result[i]
        if (isObject(one) && jsonEqual(one[key], item[key])) result.splice(i, 1)
      }
    } else if (at === -1) result.push(strategicMerge({}, without(item, '$patch'), inside))
    else result[at] = strategicMerge(result[at] as Members, item, inside)
  }
  return result
}

/** The elements named by the patch in its order; those only the server has stay where they were relative to the rest. */
function reorder(result: Members, field: string, wanted: unknown[], rule: MergeRule | undefined): void {
  const found = result[field]
  if (!Array.isArray(found)) return
  const key = rule?.key
  const identity = (one: unknown) => JSON.stringify(key && isObject(one) ? one[key] : one)
  const places = new Map(wanted.map((one, index) => [identity(one), index]))
  const place = (one: unknown) => places.get(identity(one))
  const ordered = found.filter((one) => place(one) !== undefined).sort((a, b) => place(a)! - place(b)!)
  const own = found.filter((one) => place(one) === undefined)
  const server = new Map(found.map((one, index) => [one, index]))
  const merged: unknown[] = []
  let left = 0
  let right = 0
  while (left < ordered.length || right < own.length) {
    const takeLeft =
      right >= own.length || (left < ordered.length && server.get(ordered[left])! < server.get(own[right])!)
    merged.push(takeLeft ? ordered[left++] : own[right++])
  }
  result[field] = merged
}

function without(value: Members, key: string): Members {
  const { [key]: _, ...rest } = value
  return rest
}

function list(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value
  throw badRequest(`${name} must be a list`)
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The rule for one element of a merged list. */
const inner = ({ fields }: MergeRule): MergeRule => (fields ? { fields } : anything)
