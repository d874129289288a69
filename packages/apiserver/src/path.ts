/** A URL path under `/api` or `/apis`, taken apart. Whether such a resource is served is another question. */
export interface ResourcePath {
  group: string
  version: string
  plural: string
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
  /** What follows the subresource, for `proxy`. */
  rest: string | undefined
  /** The old `/watch/` prefix. */
  watch: boolean
}

/** Undefined for paths that name no resource (`/version`, `/apis/apps/v1`). Throws `URIError` on a bad escape. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/')
  let at: number
  let group = ''
  if (parts[1] === 'api') at = 2
  else if (parts[1] === 'apis') {
    group = parts[2] ?? ''
    at = 3
  } else return undefined
  const version = parts[at++]
  let watch = false
  if (parts[at] === 'watch' && parts.length > at + 1 && parts[at + 1]) {
    watch = true
    at++
  }
  if (!version || !parts[at]) return undefined
  let namespace: string | undefined
  if (parts[at] === 'namespaces' && parts[at + 1] && parts[at + 2] && !ofNamespaceItself(group, parts[at + 2]!)) {
    namespace = decoded(parts[at + 1]!)
    at += 2
  }
  const plural = parts[at]!
  const name = parts[at + 1] ? decoded(parts[at + 1]!) : undefined
  const subresource = name === undefined ? undefined : parts[at + 2] || undefined
  const rest = subresource && parts.length > at + 3 ? parts.slice(at + 3).join('/') : undefined
  return { group, version, plural, namespace, name, subresource, rest, watch }
}

const ofNamespaceItself = (group: string, word: string) => group === '' && (word === 'status' || word === 'finalize')

const decoded = (part: string) => (part.includes('%') ? decodeURIComponent(part) : part)
