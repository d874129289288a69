import type { Schema } from '@sampan/resources/define'
import { childOf } from '@sampan/resources/schemas'
import { type FieldTree, treeFrom } from './field-tree.ts'
import { isAlwaysThere, isObject, metaOf, stepOf } from './typed.ts'

/**
 * Many objects have the same fields with other values: pods of a ReplicaSet, their statuses. What `fieldsV1` says of them
 * is written down straight from the value as text, and kept once for all of them.
 */
type Fields = Record<string, unknown>

const most = 500
const known = new Map<string, Fields>()
/** Of each shared value: its tree, null until somebody wants it. */
const trees = new WeakMap<Fields, FieldTree | null>()

/** The fields a text of `addedText` names: the same value for the same text, shared, never changed. */
export function sharedFields(text: string): Fields {
  const found = known.get(text)
  if (found) return found
  if (known.size >= most) for (const oldest of [...known.keys()].slice(0, most / 2)) known.delete(oldest)
  const fields = JSON.parse(text) as Fields
  known.set(text, fields)
  trees.set(fields, null)
  return fields
}

/** The tree of `fieldsV1`: remembered as long as it is shared. */
export function treeOf(fields: unknown): FieldTree {
  const remembered = trees.get(fields as Fields)
  if (remembered) return remembered
  const tree = treeFrom(fields)
  if (remembered === null) trees.set(fields as Fields, tree)
  return tree
}

/**
 * What `compare` says was added when there was nothing, as the JSON text of `fieldsV1`. `isThere`: the value takes the
 * place of an empty one.
 */
export function addedText(value: unknown, schema: Schema | undefined, isThere: boolean): string {
  const meta = metaOf(schema, value)
  if (meta.isAtomic) return '{}'
  let parts: string
  if (isObject(value)) parts = membersText(value, schema, isThere)
  else if (Array.isArray(value)) parts = itemsText(value, schema, meta)
  else return '{}'
  return isThere || parts === '' ? `{${parts}}` : `{".":{},${parts}}`
}

function membersText(value: Record<string, unknown>, schema: Schema | undefined, isThere: boolean): string {
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const one = value[key]
    if (one === undefined) continue
    const inner = addedText(one, childOf(schema, key), isThere && isAlwaysThere(schema, key))
    text += `${text && ','}${quoted(`f:${key}`)}:${inner}`
  }
  return text
}

function itemsText(list: readonly unknown[], schema: Schema | undefined, meta: ReturnType<typeof metaOf>): string {
  const steps = new Map<string, string>()
  for (const item of list) {
    const step = stepOf(item, meta)
    if (step !== undefined && !steps.has(step)) steps.set(step, addedText(item, schema?.items, false))
  }
  return [...steps.keys()]
    .sort()
    .map((step) => `${JSON.stringify(step)}:${steps.get(step)}`)
    .join(',')
}

const quoted = (step: string) => (/^[\w:./-]+$/.test(step) ? `"${step}"` : JSON.stringify(step))

/** Whether two values set the same fields; false for lists whose items merely changed places. */
export function isSameShape(a: unknown, b: unknown, schema: Schema | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const meta = metaOf(schema, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    if (meta.isAtomic) return true
    return (
      a.length === b.length &&
      a.every((item, i) => stepOf(item, meta) === stepOf(b[i], meta) && isSameShape(item, b[i], schema?.items))
    )
  }
  if (!isObject(a) || !isObject(b)) return isObject(a) === isObject(b) && Array.isArray(a) === Array.isArray(b)
  if (meta.isAtomic) return true
  const keys = Object.keys(b)
  return keys.length === Object.keys(a).length && keys.every((key) => isSameShape(a[key], b[key], childOf(schema, key)))
}
