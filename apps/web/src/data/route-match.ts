/** The parameters of an address that fits `pattern` (`/projects/:project`), decoded; undefined when it does not fit. */
export function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const parts = path.replace(/(?<=.)\/$/, '').split('/')
  if (wanted.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, one] of wanted.entries()) {
    const part = parts[i]!
    if (!one.startsWith(':')) {
      if (one !== part) return undefined
    } else if (part === '') return undefined
    else params[one.slice(1)] = decoded(part)
  }
  return params
}

/** An address typed by hand may hold a `%` that means nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}
