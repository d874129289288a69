/**
 * Patterns of branches as people know them from `.drone.yml`: `*` and `?` stay within one part of a name, `**` goes across
 * parts; everything else is meant literally.
 */
export const matchesAny = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => expressionOf(pattern).test(name))

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|[*?]|[\\^$.|+()[\]{}]/g, (found) =>
    found === '**' ? '.*' : found === '*' ? '[^/]*' : found === '?' ? '[^/]' : `\\${found}`,
  )
  return new RegExp(`^${source}$`)
}
