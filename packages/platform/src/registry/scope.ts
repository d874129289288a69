/** What a registry client asks to do, and what it is granted. */
export interface Scope {
  /** `repository` or `registry`. */
  type: string
  name: string
  actions: string[]
}

/**
 * Scopes as docker's token protocol writes them: `repository:a/b:pull,push`, several in one value or in several. A name
 * may hold colons itself. What cannot be read is left out: asking for nonsense grants nothing.
 */
export function scopesFrom(values: readonly string[]): Scope[] {
  return values
    .flatMap((value) => value.split(' '))
    .filter(Boolean)
    .flatMap((text) => {
      const first = text.indexOf(':')
      const last = text.lastIndexOf(':')
      if (first <= 0 || last <= first) return []
      const type = text.slice(0, first).replace(/\(.*\)$/, '')
      return [
        {
          type,
          name: text.slice(first + 1, last),
          actions: text
            .slice(last + 1)
            .split(',')
            .filter(Boolean),
        },
      ]
    })
}
