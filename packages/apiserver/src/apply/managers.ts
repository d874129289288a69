import type { ManagedFields } from '@sampan/resources/meta'
import {
  difference,
  emptyTree,
  type FieldTree,
  fieldsFrom,
  intersection,
  isEmpty,
  overlaps,
  sameTree,
  union,
} from './field-tree.ts'
import { treeOf } from './shapes.ts'
import type { Comparison } from './typed.ts'

/** One entry of `metadata.managedFields`, its fields as a tree. */
export interface Manager {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource?: string
  time?: string
  fields: FieldTree
  /** The entry it was read from, as long as nothing about it has changed: shared, never changed. */
  kept?: ManagedFields
}

const maxUpdaters = 10
const ancient = 'ancient-changes'

/**
 * What entries say, for a few seconds: who writes to an object often does so again soon, and trees of fields are too large
 * to be kept for every object.
 */
let known = new WeakMap<readonly ManagedFields[], readonly Manager[]>()
let isForgetting = false
const graceMs = 5_000

function remember(entries: readonly ManagedFields[], managers: readonly Manager[]): void {
  known.set(entries, managers)
  if (isForgetting) return
  isForgetting = true
  setTimeout(() => {
    known = new WeakMap()
    isForgetting = false
  }, graceMs).unref()
}

/** Who owns what, from an object; entries nobody can read are left out. */
export function managersFrom(entries: readonly ManagedFields[] | undefined): readonly Manager[] {
  if (!entries || entries.length === 0) return []
  let managers = known.get(entries)
  if (!managers) {
    managers = entries.flatMap((entry) => managerFrom(entry) ?? [])
    remember(entries, managers)
  }
  return managers
}

function managerFrom(kept: ManagedFields): Manager | undefined {
  const { manager = '', operation, apiVersion = '', subresource, time, fieldsV1, fieldsType } = kept
  if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1') return undefined
  const fields = treeOf(fieldsV1)
  return { manager, operation, apiVersion, ...(subresource && { subresource }), ...(time && { time }), fields, kept }
}

export function entriesFrom(managers: readonly Manager[]): ManagedFields[] {
  const sorted = managers.length > 1 ? managers.toSorted(inOrder) : managers
  const entries = sorted.map((one) => one.kept ?? entryFrom(one, fieldsFrom(one.fields)))
  // Managers are values: what was just made of them need not be read back.
  remember(
    entries,
    sorted.map((one, index) => (one.kept ? one : { ...one, kept: entries[index]! })),
  )
  return entries
}

type Nameable = Pick<ManagedFields, 'operation' | 'apiVersion' | 'subresource' | 'time'> & { manager?: string }

/** An entry that says `fieldsV1`, which is shared from then on. */
export const entryFrom = (
  { manager, operation, apiVersion, subresource, time }: Nameable,
  fieldsV1: Record<string, unknown>,
): ManagedFields => ({
  manager,
  operation,
  apiVersion,
  ...(time && { time }),
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...(subresource && { subresource }),
})

/** Appliers first, then by time, then by name, as upstream sorts. */
export function inOrder(a: Nameable, b: Nameable): number {
  if (a.operation !== b.operation) return a.operation === 'Apply' ? -1 : 1
  const [x, y] = [a.time ?? '', b.time ?? '']
  if (x !== y) return x < y ? -1 : 1
  const [m, n] = [a.manager ?? '', b.manager ?? '']
  return m < n ? -1 : m > n ? 1 : 0
}

export const isSame = (a: Nameable, b: Nameable) =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  (a.subresource ?? '') === (b.subresource ?? '') &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion)

/** Everybody's fields but those that `comparison` says were changed or are gone. */
export function othersAfter(others: readonly Manager[], { changed, removed }: Comparison): Manager[] {
  return others
    .map((one) =>
      overlaps(one.fields, changed) || overlaps(one.fields, removed)
        ? withFields(one, difference(difference(one.fields, changed), removed))
        : one,
    )
    .filter(({ fields }) => !isEmpty(fields))
}

function withFields({ kept: _, ...one }: Manager, fields: FieldTree): Manager {
  return { ...one, fields }
}

/** What others own of what is about to change. */
export function conflictsWith(others: readonly Manager[], { changed }: Comparison): Manager[] {
  return others
    .filter((one) => overlaps(one.fields, changed))
    .map((one) => withFields(one, intersection(one.fields, changed)))
}

/** Managers after an update by `self` that did what `comparison` says. Its entry keeps its time when nothing changed. */
export function afterUpdate(
  managers: readonly Manager[],
  self: Omit<Manager, 'fields' | 'kept'>,
  comparison: Comparison,
): Manager[] {
  const mine = managers.find((one) => isSame(one, self))
  const others = othersAfter(
    managers.filter((one) => one !== mine),
    comparison,
  )
  const before = mine?.fields ?? emptyTree()
  const fields = union(difference(before, comparison.removed), comparison.changed)
  if (isEmpty(fields)) return others
  const isUnchanged = mine && sameTree(mine.fields, fields)
  return folded([...others, isUnchanged ? mine : { ...self, fields }])
}

/** At most ten updaters: the oldest become one. */
function folded(managers: Manager[]): Manager[] {
  if (managers.length <= maxUpdaters) return managers
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(inOrder)
  if (updaters.length <= maxUpdaters) return managers
  const old = updaters.slice(0, updaters.length - maxUpdaters + 1)
  const [first] = old
  const fields = old.reduce((sum, one) => union(sum, one.fields), emptyTree())
  const one: Manager = { manager: ancient, operation: 'Update', apiVersion: first!.apiVersion, fields }
  const time = old.at(-1)!.time
  return [...managers.filter((each) => !old.includes(each)), { ...one, ...(time && { time }) }]
}
