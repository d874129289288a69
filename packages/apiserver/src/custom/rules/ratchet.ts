import type { Schema } from '@sampan/resources/define'
import type { Problem } from '@sampan/resources/errors'
import { elementOf, isUnchanged, memberOf, type Pair } from './correlate.ts'

/**
 * Whether a problem is about a value that this write leaves as it was: a schema that became stricter must not keep
 * people from changing other things.
 */
export function isInherited(schema: Schema, object: unknown, old: unknown, { field }: Problem): boolean {
  let pair: Pair = { value: object, old }
  let level: Schema = schema
  let rest = field
  while (rest) {
    const index = /^\[(\d+)\]/.exec(rest)
    if (index && Array.isArray(pair.value)) {
      pair = elementOf(pair, level, Number(index[1]))
      level = level.items ?? {}
      rest = rest.slice(index[0].length)
      continue
    }
    rest = rest.replace(/^\./, '')
    const name = memberAt(pair.value, rest)
    // The value is not there (something required is missing): what matters is the object it is missing in.
    if (name === undefined) break
    const before = level
    level =
      (level.properties && Object.hasOwn(level.properties, name) ? level.properties[name] : undefined) ??
      (typeof level.additionalProperties === 'object' ? level.additionalProperties : {})
    pair = memberOf(pair, before, name)
    rest = rest.slice(name.length)
  }
  return isUnchanged(pair)
}

/** The member a path goes on with: names may hold dots, so the longest one that fits. */
function memberAt(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.keys(value)
    .filter((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
    .toSorted((a, b) => b.length - a.length)[0]
}
