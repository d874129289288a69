import { createHash } from 'node:crypto'
import type { Remotes } from '../aggregation/remotes.ts'
import { encode } from '../encode.ts'
import type { Answer, Call, PathHandler } from '../handlers.ts'
import type { Kinds } from '../kinds.ts'
import { aggregatedType, aggregatedVersion, groupDiscoveryList } from './aggregated.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.ts'

/** `/api…` and `/apis…` where they name no resource. Made once per change of what is served. */
export function discoveryHandlers(kinds: Kinds, serverAddress: string, remotes?: Remotes): PathHandler[] {
  const made = new Map<string, { generation: number; json: Uint8Array; value: unknown; etag: string }>()
  const remembered = (id: string, make: () => unknown) => {
    const known = made.get(id)
    if (known?.generation === kinds.generation) return known
    const value = make()
    if (value === undefined) return undefined
    const json = encode(value)
    const etag = `"${createHash('sha256').update(json).digest('hex').slice(0, 32).toUpperCase()}"`
    const one = { generation: kinds.generation, json, value, etag }
    made.set(id, one)
    return one
  }
  const answer = (call: Call, id: string, make: () => unknown, type = 'application/json'): Answer => {
    const one = remembered(id, make)
    if (!one) return notThere
    const headers = { 'content-type': type, etag: one.etag, vary: 'Accept', 'cache-control': 'public' }
    if (call.headers['if-none-match']?.includes(one.etag)) return { status: 304, headers, text: '' }
    return { status: 200, headers, json: [one.json], value: () => one.value }
  }
  const root = (call: Call, isCore: boolean) => {
    const version = aggregatedVersion(call.headers.accept)
    if (version)
      return answer(
        call,
        `${isCore} ${version}`,
        () => groupDiscoveryList(kinds, isCore, version, remotes?.all()),
        aggregatedType(version),
      )
    return answer(call, `${isCore}`, () => (isCore ? apiVersions(serverAddress) : apiGroupList(kinds, remotes?.all())))
  }
  return [
    { path: '/api', methods: ['GET'], handle: async (call) => root(call, true) },
    { path: '/api/', methods: ['GET'], handle: async (call) => below(call) },
    { path: '/apis', methods: ['GET'], handle: async (call) => root(call, false) },
    { path: '/apis/', methods: ['GET'], handle: async (call) => below(call) },
  ]

  function below(call: Call): Answer {
    const [, top, ...rest] = call.path.replace(/\/$/, '').split('/')
    if (rest.length === 0) return root(call, top === 'api')
    const [group, version] = top === 'api' ? ['', rest[0]!] : [rest[0]!, rest[1]]
    if (rest.length > (top === 'api' ? 1 : 2)) return notThere
    if (version === undefined)
      return answer(call, `group ${group}`, () => apiGroup(kinds, group, remotes?.all()) || undefined)
    return answer(call, `version ${group}/${version}`, () => apiResourceList(kinds, group, version))
  }
}

const notThere: Answer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  text: '404 page not found\n',
}
