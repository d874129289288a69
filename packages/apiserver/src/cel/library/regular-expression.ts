import { RE2JS, RE2JSSyntaxException } from 're2js'
import { CelError } from '../values.ts'
import { traversal } from './define.ts'

const made = new Map<string, RE2JS>()

/** The first match; undefined when there is none. Throws CelError for a pattern that is none. */
export function find(text: string, pattern: string): string | undefined {
  const matcher = compiled(pattern).matcher(text)
  return matcher.find() ? (matcher.group() ?? '') : undefined
}

/** All matches, at most `limit`. */
export function findAll(text: string, pattern: string, limit = Infinity): string[] {
  const all: string[] = []
  const matcher = compiled(pattern).matcher(text)
  while (all.length < limit && matcher.find()) all.push(matcher.group() ?? '')
  return all
}

/** By the length of the text times that of the pattern. */
export const regexCost = {
  allows: { 1: (pattern: string) => isPattern(pattern) },
  cost: ([text = 0, pattern = 0]: readonly number[]) => Math.max(1, traversal(text + 1) * Math.ceil(pattern * 0.25)),
}

function isPattern(pattern: string): boolean {
  try {
    compiled(pattern)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

/** RE2, as upstream: no text can keep it busy for long, whatever the pattern. */
function compiled(pattern: string): RE2JS {
  const known = made.get(pattern)
  if (known) return known
  if (made.size > 500) made.clear()
  try {
    const expression = RE2JS.compile(pattern)
    made.set(pattern, expression)
    return expression
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause
    throw new CelError(cause.message, { cause })
  }
}
