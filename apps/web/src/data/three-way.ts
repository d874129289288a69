import { jsonEqual } from '@sampan/kit/json-equal'
import type { KubeObject } from '@sampan/resources/meta'
import type { Path } from './schema-field.ts'

/** One field that two people changed to different things. */
export interface Clash {
  path: Path
  base: unknown
  mine: unknown
  theirs: unknown
}

export interface Merge {
  /** Both sets of changes; where they clash, what `side` says. */
  merged: unknown
  clashes: Clash[]
}

type Json = Record<string, unknown>
export type Side = 'mine' | 'theirs'

/**
 * The changes of two people to one thing. Lists whose items have names are merged item by item, other lists are one value.
 * `side` chooses where both changed the same; without it mine stand.
 */
export function threeWay(base: unknown, mine: unknown, theirs: unknown, side?: (path: Path) => Side): Merge {
  const clashes: Clash[] = []
  return { merged: merge(base, mine, theirs, []), clashes }

  function merge(base: unknown, mine: unknown, theirs: unknown, path: Path): unknown {
    if (jsonEqual(mine, theirs) || jsonEqual(base, theirs)) return mine
    if (jsonEqual(base, mine)) return theirs
    if (isMap(mine) && isMap(theirs)) return mergeMaps(isMap(base) ? base : {}, mine, theirs, path)
    const [named, ours, others] = [byName(base ?? []), byName(mine), byName(theirs)]
    if (named && ours && others) {
      const merged = mergeMaps(named, ours, others, path)
      return Object.values(merged)
    }
    clashes.push({ path, base, mine, theirs })
    return side?.(path) === 'theirs' ? theirs : mine
  }

  function mergeMaps(base: Json, mine: Json, theirs: Json, path: Path): Json {
    const merged: Json = {}
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const value = merge(base[key], mine[key], theirs[key], [...path, key])
      if (value !== undefined) merged[key] = value
    }
    return merged
  }
}

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function byName(value: unknown): Json | undefined {
  if (!Array.isArray(value)) return undefined
  const names = value.map((item) => (isMap(item) && typeof item.name === 'string' ? item.name : undefined))
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined
  return Object.fromEntries(value.map((item, i) => [names[i]!, item]))
}

const serverOwned = ['resourceVersion', 'generation', 'managedFields', 'uid', 'creationTimestamp', 'selfLink']

/** The part of an object that people write: what the server says about it is left out. */
export function written(object: KubeObject): Json {
  const { status: _, metadata, ...rest } = object as KubeObject & Json
  return {
    ...rest,
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !serverOwned.includes(key))),
  }
}

/** `theirs` with my changes to `base` in it, ready to be sent on top of it. */
export function onTopOf(base: KubeObject, mine: KubeObject, theirs: KubeObject, side?: (path: Path) => Side) {
  const { merged, clashes } = threeWay(written(base), written(mine), written(theirs), side)
  const { metadata } = merged as { metadata: Json }
  const kept = Object.fromEntries(Object.entries(theirs.metadata).filter(([key]) => serverOwned.includes(key)))
  const { status } = theirs as unknown as { status?: unknown }
  const object = { ...(merged as Json), metadata: { ...metadata, ...kept }, ...(status !== undefined && { status }) }
  return { object: object as unknown as KubeObject, clashes }
}
