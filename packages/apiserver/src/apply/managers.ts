import type { ManagedFields } from '@sampan/resources/meta'
import {
  difference,
  emptyTree,
  type FieldTree,
  fieldsFrom,
  intersection,
  isEmpty,
  sameTree,
  treeFrom,
  union,
} from './field-tree.ts'
import type { Comparison } from './typed.ts'

/** One entry of `metadata.managedFields`, its fields as a tree. */
export interface Manager {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource?: string
  time?: string
  fields: FieldTree
}

const maxUpdaters = 10
const ancient = 'ancient-changes'

/** Who owns what, from an object; entries nobody can read are left out. */
export function managersFrom(entries: readonly ManagedFields[] | undefined): Manager[] {
  return (entries ?? []).flatMap(({ manager, operation, apiVersion, subresource, time, fieldsV1, fieldsType }) => {
    if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1') return []
    return [
      {
        manager: manager ?? '',
        operation,
        apiVersion: apiVersion ?? '',
        ...(subresource && { subresource }),
        ...(time && { time }),
        fields: treeFrom(fieldsV1),
      },
    ]
  })
}

export function entriesFrom(managers: readonly Manager[]): ManagedFields[] {
  return managers.toSorted(inOrder).map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsFrom(fields),
    ...(subresource && { subresource }),
  }))
}

/** Appliers first, then by time, then by name, as upstream sorts. */
function inOrder(a: Manager, b: Manager): number {
  if (a.operation !== b.operation) return a.operation === 'Apply' ? -1 : 1
  const [x, y] = [a.time ?? '', b.time ?? '']
  if (x !== y) return x < y ? -1 : 1
  return a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0
}

export const isSame = (a: Manager, b: Omit<Manager, 'fields'>) =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  (a.subresource ?? '') === (b.subresource ?? '') &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion)

/** Everybody's fields but those that `comparison` says were changed or are gone. */
export function othersAfter(others: readonly Manager[], { changed, removed }: Comparison): Manager[] {
  return others
    .map((one) => ({ ...one, fields: difference(difference(one.fields, changed), removed) }))
    .filter(({ fields }) => !isEmpty(fields))
}

/** What others own of what is about to change. */
export function conflictsWith(others: readonly Manager[], { changed }: Comparison): Manager[] {
  return others
    .map((one) => ({ ...one, fields: intersection(one.fields, changed) }))
    .filter(({ fields }) => !isEmpty(fields))
}

/** Managers after an update by `self` that did what `comparison` says. Its entry keeps its time when nothing changed. */
export function afterUpdate(
  managers: readonly Manager[],
  self: Omit<Manager, 'fields'>,
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
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(inOrder)
  if (updaters.length <= maxUpdaters) return managers
  const old = updaters.slice(0, updaters.length - maxUpdaters + 1)
  const [first] = old
  const fields = old.reduce((sum, one) => union(sum, one.fields), emptyTree())
  const one: Manager = { manager: ancient, operation: 'Update', apiVersion: first!.apiVersion, fields }
  const time = old.at(-1)!.time
  return [...managers.filter((each) => !old.includes(each)), { ...one, ...(time && { time }) }]
}
