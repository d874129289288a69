interface Branch<T> {
  fixed: Map<string, Branch<T>>
  param?: Branch<T>
  rest?: Map<string, Leaf<T>>
  ends: Map<string, Leaf<T>>
}

interface Leaf<T> {
  value: T
  names: string[]
}

export type Match<T> = { value: T; params: Record<string, string> } | { allowed: string[] } | undefined

const branch = <T>(): Branch<T> => ({ fixed: new Map(), ends: new Map() })

/**
 * Finds values by method and path. Patterns are `/apps/:app` and, at the end only, `/kube/*rest`; a fixed segment wins
 * over a parameter, a parameter over a rest. Parameters come decoded, a rest as it was written.
 */
export function matcher<T>() {
  const root = branch<T>()

  /** Throws when the pattern is malformed or the place is taken. */
  function add(method: string, pattern: string, value: T) {
    if (!pattern.startsWith('/')) throw new Error(`path ${pattern} does not begin with a slash`)
    const names: string[] = []
    let at = root
    const segments = pattern.slice(1).split('/')
    for (const [index, segment] of segments.entries()) {
      if (segment.startsWith('*')) {
        if (index < segments.length - 1) throw new Error(`path ${pattern}: * only at the end`)
        at.rest ??= new Map()
        place(at.rest, method, pattern, { value, names: [...names, segment.slice(1)] })
        return
      }
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        at.param ??= branch()
        at = at.param
      } else at = at.fixed.get(segment) ?? grow(at, segment)
    }
    place(at.ends, method, pattern, { value, names })
  }

  /** `{ allowed }` when the path is there for other methods only. Throws URIError on broken escapes. */
  function find(method: string, path: string): Match<T> {
    const segments = path.slice(1).split('/')
    const found = walk(root, segments, 0, [])
    if (!found) return undefined
    const leaf = found.ends.get(method) ?? (method === 'HEAD' ? found.ends.get('GET') : undefined)
    if (!leaf) return { allowed: [...found.ends.keys()] }
    const params: Record<string, string> = Object.create(null)
    leaf.names.forEach((name, index) => {
      params[name] = found.values[index]!
    })
    return { value: leaf.value, params }
  }

  return { add, find }
}

function grow<T>(at: Branch<T>, segment: string) {
  const next = branch<T>()
  at.fixed.set(segment, next)
  return next
}

function place<T>(leaves: Map<string, Leaf<T>>, method: string, pattern: string, leaf: Leaf<T>) {
  if (leaves.has(method)) throw new Error(`${method} ${pattern} is there twice`)
  leaves.set(method, leaf)
}

function walk<T>(
  at: Branch<T>,
  segments: string[],
  index: number,
  values: string[],
): { ends: Map<string, Leaf<T>>; values: string[] } | undefined {
  if (index === segments.length) return at.ends.size > 0 ? { ends: at.ends, values } : undefined
  const segment = segments[index]!
  const fixed = at.fixed.get(segment)
  const straight = fixed && walk(fixed, segments, index + 1, values)
  if (straight) return straight
  const param = at.param && segment && walk(at.param, segments, index + 1, [...values, decodeURIComponent(segment)])
  if (param) return param
  return at.rest && { ends: at.rest, values: [...values, segments.slice(index).join('/')] }
}
