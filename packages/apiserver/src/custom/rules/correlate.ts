import { jsonEqual } from '@sampan/kit/json-equal'
import type { Schema } from '@sampan/resources/define'

/** A value and the one it was before; `parent` is the nearest level above that can be compared. */
export interface Pair {
  value: unknown
  /** Undefined when there is none, or none that can be told to be the same one. */
  old: unknown
  parent?: Pair
}

/** Whether nothing changed here: what was wrong before may stay so. */
export function isUnchanged({ value, old, parent }: Pair): boolean {
  if (old !== undefined) return jsonEqual(value as never, old as never)
  return parent !== undefined && isUnchanged(parent)
}

type Members = Record<string, unknown>
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of an object. Members of atomic maps are not compared one by one. */
export function memberOf(pair: Pair, schema: Schema, name: string): Pair {
  const { value, old } = pair
  const before =
    schema['x-kubernetes-map-type'] !== 'atomic' && isMembers(old) && Object.hasOwn(old, name) ? old[name] : undefined
  return { value: (value as Members)[name], old: before ?? undefined, parent: pair }
}

/** An element of a list: only lists with keys say which one it was. */
export function elementOf(pair: Pair, schema: Schema, index: number): Pair {
  const { value, old } = pair
  const element = (value as unknown[])[index]
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined
  const before =
    keys && Array.isArray(old) && isMembers(element)
      ? (old as unknown[]).find(
          (one) => isMembers(one) && keys.every((key) => jsonEqual(one[key] as never, element[key] as never)),
        )
      : undefined
  return { value: element, old: before, parent: pair }
}
