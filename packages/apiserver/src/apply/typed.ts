import { jsonEqual } from '@sampan/kit/json-equal'
import { findQuantity, formatQuantity } from '@sampan/kit/quantity'
import type { Schema } from '@sampan/resources/define'
import { childOf, type MergeMeta, mergeMetaOf } from '@sampan/resources/schemas'
import { emptyTree, type FieldTree, stepInto } from './field-tree.ts'

type Members = Record<string, unknown>

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unknownMeta: MergeMeta = { isAtomic: false }
const atomicList: MergeMeta = { list: 'atomic', isAtomic: true }
const metas = new WeakMap<Schema, MergeMeta>()

/** How values of a schema are merged; without a schema objects are merged by member and lists are one value. */
export function metaOf(schema: Schema | undefined, value: unknown): MergeMeta {
  if (!schema) return Array.isArray(value) ? atomicList : unknownMeta
  let meta = metas.get(schema)
  if (!meta) {
    meta = mergeMetaOf(schema)
    metas.set(schema, meta)
  }
  if (Array.isArray(value) && !meta.list) return atomicList
  return meta
}

/** The step to an item of a list that is not atomic; undefined for an item without the keys it needs. */
export function stepOf(item: unknown, meta: MergeMeta): string | undefined {
  if (meta.list === 'set') return `v:${JSON.stringify(item)}`
  if (!isObject(item)) return undefined
  const keys: Members = {}
  for (const key of [...(meta.keys ?? [])].sort()) {
    const value = item[key] ?? meta.defaults?.[key]
    if (value === undefined) continue
    keys[key] = value
  }
  return Object.keys(keys).length > 0 ? `k:${JSON.stringify(keys)}` : undefined
}

/** Adds to `tree` every field that `value` sets. */
export function addFields(tree: FieldTree, value: unknown, schema: Schema | undefined): void {
  const meta = metaOf(schema, value)
  if (isObject(value) && !meta.isAtomic) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined)
    if (keys.length === 0) tree.own = true
    for (const key of keys) addFields(stepInto(tree, `f:${key}`), value[key], childOf(schema, key))
  } else if (Array.isArray(value) && !meta.isAtomic) {
    if (value.length === 0) tree.own = true
    for (const item of value) {
      const step = stepOf(item, meta)
      if (step === undefined) continue
      const child = stepInto(tree, step)
      child.own = true
      if (isObject(item)) addFields(child, item, schema?.items)
    }
  } else tree.own = true
}

export function fieldsOf(value: unknown, schema: Schema | undefined): FieldTree {
  const tree = emptyTree()
  addFields(tree, value, schema)
  return tree
}

/** Structs that are part of their parent in Go, never absent: they are not added when their fields are. */
const always = new Set(['metadata', 'spec', 'status', 'template', 'jobTemplate', 'strategy', 'updateStrategy'])

/** Whether a field of a struct that is always there is always there too, empty as it may be. */
export const isAlwaysThere = (schema: Schema | undefined, key: string): boolean =>
  always.has(key) || schema?.required?.includes(key) === true

/** What is different between two states. */
export interface Comparison {
  /** Fields that are new or have another value. */
  changed: FieldTree
  removed: FieldTree
}

export function compare(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  const result = { changed: emptyTree(), removed: emptyTree() }
  walk(before, after, { schema, isThere: true }, result)
  return result
}

/** Where a walk is. `isThere`: what is absent here counts as empty, see `isAlwaysThere`. */
interface Place {
  schema: Schema | undefined
  isThere: boolean
}

function walk(before: unknown, after: unknown, { schema, isThere }: Place, out: Comparison): void {
  if (before === after) return
  if (before === undefined || after === undefined) {
    const side = before === undefined ? out.changed : out.removed
    addContainers(side, before === undefined ? after : before, { schema, isThere: isThere && before === undefined })
    return
  }
  const meta = metaOf(schema, after)
  if (isObject(before) && isObject(after) && !meta.isAtomic) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      below(
        `f:${key}`,
        before[key],
        after[key],
        { schema: childOf(schema, key), isThere: isThere && isAlwaysThere(schema, key) },
        out,
      )
  } else if (Array.isArray(before) && Array.isArray(after) && !meta.isAtomic) {
    const was = itemsByStep(before, meta)
    const is = itemsByStep(after, meta)
    for (const step of new Set([...was.keys(), ...is.keys()]))
      below(step, was.get(step), is.get(step), { schema: schema?.items, isThere: false }, out)
  } else if (!jsonEqual(before, after) && !(schema?.format === 'quantity' && sameAmount(before, after))) {
    out.changed.own = true
    if (isObject(after) !== isObject(before) || Array.isArray(after) !== Array.isArray(before))
      addFields(out.removed, before, schema)
  }
}

/** A value that came or went as a whole: its fields, and what contains them unless it counts as there. */
function addContainers(tree: FieldTree, value: unknown, { schema, isThere }: Place): void {
  const meta = metaOf(schema, value)
  const before = tree.children.size
  if (isObject(value) && !meta.isAtomic) {
    for (const key of Object.keys(value))
      if (value[key] !== undefined)
        addContainers(stepInto(tree, `f:${key}`), value[key], {
          schema: childOf(schema, key),
          isThere: isThere && isAlwaysThere(schema, key),
        })
  } else if (Array.isArray(value) && !meta.isAtomic) {
    for (const [step, item] of itemsByStep(value, meta))
      addContainers(stepInto(tree, step), item, { schema: schema?.items, isThere: false })
  }
  if (!isThere || tree.children.size === before) tree.own = true
}

/** `1000m` is `1`. */
function sameAmount(a: unknown, b: unknown): boolean {
  const [x, y] = [a, b].map((one) =>
    typeof one === 'string' || typeof one === 'number' ? findQuantity(one) : undefined,
  )
  return x !== undefined && y !== undefined && formatQuantity(x) === formatQuantity(y)
}

function below(step: string, before: unknown, after: unknown, place: Place, out: Comparison): void {
  if (before === after) return
  const inner: Comparison = { changed: emptyTree(), removed: emptyTree() }
  walk(before, after, place, inner)
  for (const side of ['changed', 'removed'] as const)
    if (inner[side].own || inner[side].children.size > 0) out[side].children.set(step, inner[side])
}

export function itemsByStep(list: readonly unknown[], meta: MergeMeta): Map<string, unknown> {
  const items = new Map<string, unknown>()
  for (const item of list) {
    const step = stepOf(item, meta)
    if (step !== undefined && !items.has(step)) items.set(step, item)
  }
  return items
}
