import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import { badRequest, StatusError } from '@sampan/resources/errors'

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

const maxOperations = 10_000

/** Objects and lists made by this patch: these alone may be changed. */
type Own = WeakSet<object>

/**
 * JSON patch (RFC 6902). Neither argument is changed, parts that no operation is about are shared with `target`. Throws
 * BadRequest for what is no patch, Invalid for a patch that does not fit, as upstream does without saying where.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: a JSON patch is a list of operations')
  if (patch.length > maxOperations)
    throw new StatusError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    )
  const own: Own = new WeakSet()
  let result = target
  for (const operation of patch as Operation[]) {
    if (typeof operation?.op !== 'string' || typeof operation.path !== 'string')
      throw badRequest('error decoding patch: every operation needs op and path')
    result = applied(result, operation, own)
  }
  return result
}

function applied(target: unknown, { op, path, from, value }: Operation, own: Own): unknown {
  const place = tokens(path)
  switch (op) {
    case 'add':
      return put(target, place, jsonCopy(value), { own, insert: true })
    case 'replace':
      read(target, place, path)
      return put(target, place, jsonCopy(value), { own, insert: false })
    case 'remove':
      return removed(target, place, path, own)
    case 'test':
      if (!jsonEqual(read(target, place, path), value)) throw unfit(`testing value ${path} failed`)
      return target
    case 'copy':
      return put(target, place, jsonCopy(read(target, tokens(from ?? ''), from ?? '')), { own, insert: true })
    case 'move': {
      const moved = read(target, tokens(from ?? ''), from ?? '')
      return put(removed(target, tokens(from ?? ''), from ?? '', own), place, moved, { own, insert: true })
    }
    default:
      throw badRequest(`error decoding patch: unexpected kind of operation ${JSON.stringify(op)}`)
  }
}

function tokens(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw unfit(`path ${JSON.stringify(path)} does not start with a slash`)
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(target: unknown, place: readonly string[], path: string): unknown {
  let at = target
  for (const token of place) {
    if (Array.isArray(at)) at = at[indexIn(at, token, at.length - 1)]
    else if (isObject(at) && Object.hasOwn(at, token)) at = at[token]
    else throw unfit(`path ${path} does not exist`)
  }
  return at
}

/** What is at `place`, as a copy that may be changed, and the root of all it is in. */
function opened(target: unknown, place: readonly string[], path: string, own: Own): { root: unknown; at: unknown } {
  const root = owned(target, own)
  let at = root
  for (const token of place) {
    const inner = owned(read(at, [token], path), own)
    if (Array.isArray(at)) at[indexIn(at, token, at.length - 1)] = inner
    else (at as Record<string, unknown>)[token] = inner
    at = inner
  }
  return { root, at }
}

function owned(value: unknown, own: Own): unknown {
  if (typeof value !== 'object' || value === null || own.has(value)) return value
  const copy = Array.isArray(value) ? [...value] : { ...value }
  own.add(copy)
  return copy
}

function put(
  target: unknown,
  place: readonly string[],
  value: unknown,
  { own, insert }: { own: Own; insert: boolean },
): unknown {
  if (place.length === 0) return value
  const last = place.at(-1)!
  const { root, at: parent } = opened(target, place.slice(0, -1), `/${place.slice(0, -1).join('/')}`, own)
  if (Array.isArray(parent)) {
    if (insert) parent.splice(last === '-' ? parent.length : indexIn(parent, last, parent.length), 0, value)
    else parent[indexIn(parent, last, parent.length - 1)] = value
  } else if (isObject(parent) && last !== '__proto__') parent[last] = value
  else throw unfit(`/${place.join('/')} is inside something that has no members`)
  return root
}

function removed(target: unknown, place: readonly string[], path: string, own: Own): unknown {
  read(target, place, path)
  if (place.length === 0) return null
  const last = place.at(-1)!
  const { root, at: parent } = opened(target, place.slice(0, -1), path, own)
  if (Array.isArray(parent)) parent.splice(indexIn(parent, last, parent.length - 1), 1)
  else delete (parent as Record<string, unknown>)[last]
  return root
}

function indexIn(list: readonly unknown[], token: string, max: number): number {
  const index = /^-?(0|[1-9]\d*)$/.test(token) ? Number(token) : Number.NaN
  const real = index < 0 ? list.length + index : index
  if (!(real >= 0 && real <= max)) throw unfit(`index ${token} is out of bounds`)
  return real
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Upstream answers 422 with a generic text here; ours says what did not fit. */
const unfit = (why: string) =>
  new StatusError('Invalid', `the server rejected our request due to an error in our request: ${why}`)
