import { createHash } from 'node:crypto'
import type { OpenApiBehind } from '../aggregation/open-api.ts'
import { encode } from '../encode.ts'
import type { Answer, Call, PathHandler } from '../handlers.ts'
import type { Kinds } from '../kinds.ts'
import type { Served } from '../served.ts'
import { version } from '../version.ts'

/**
 * `/openapi/v3`: an index and one document per group version; `/openapi/v2`: everything in one, as JSON or as the protobuf
 * that kubectl up to 1.28 insists on. All made when asked for: clients keep them by their hash.
 */
export function openApiHandlers(kinds: Kinds, behind?: OpenApiBehind): PathHandler[] {
  return [
    { path: '/openapi/v3', methods: ['GET'], handle: async () => ({ status: 200, object: indexOf(kinds, behind) }) },
    { path: '/openapi/v3/', methods: ['GET'], handle: async (call) => groupVersion(kinds, call, behind) },
    { path: '/openapi/v2', methods: ['GET'], handle: async (call) => whole(kinds, call, behind) },
    { path: '/swagger-2.0.0.pb-v1', methods: ['GET'], handle: async (call) => whole(kinds, call, behind) },
  ]
}

function indexOf(kinds: Kinds, behind: OpenApiBehind | undefined) {
  const paths: Record<string, unknown> = {}
  for (const [group, versions] of kinds.groups())
    for (const [name, served] of versions) {
      const id = idOf(group, name)
      paths[id] = { serverRelativeURL: `/openapi/v3/${id}?hash=${hashOf(served)}` }
    }
  return { paths: { ...paths, ...behind?.index() } }
}

const idOf = (group: string, name: string) => (group ? `apis/${group}/${name}` : `api/${name}`)

/** Changes when the document would; built-in kinds only change with the version of this server. */
function hashOf(served: readonly Served[]): string {
  const hash = createHash('sha256').update(version.gitVersion)
  for (const { definition, custom, schema } of served)
    hash.update(`${definition.kind}\0`).update(custom ? JSON.stringify(schema() ?? {}) : '')
  return hash.digest('hex').slice(0, 32).toUpperCase()
}

async function groupVersion(kinds: Kinds, call: Call, behind: OpenApiBehind | undefined): Promise<Answer> {
  const other = behind?.document(call.path.slice('/openapi/v3/'.length), call)
  if (other) return other
  const parts = call.path.split('/').slice(3)
  const [group, name] = parts[0] === 'api' ? ['', parts[1]] : [parts[1] ?? '', parts[2]]
  const served = kinds
    .groups()
    .get(group)
    ?.get(name ?? '')
  if (!served || parts.length > 3) return { status: 404, text: '404 page not found\n' }
  const hash = hashOf(served)
  const asked = call.query.get('hash')
  if (asked && asked !== hash)
    return { status: 301, headers: { location: `/openapi/v3/${idOf(group, name!)}?hash=${hash}` }, text: '' }
  const { openApiV3Document } = await import('@sampan/resources/openapi/v3')
  const definitions = served.map(({ definition }) => definition)
  return document(call, hash, asked !== null, () => openApiV3Document(definitions, version.gitVersion))
}

async function whole(kinds: Kinds, call: Call, behind: OpenApiBehind | undefined): Promise<Answer> {
  const { openApiV2Protobuf, v2Protobuf } = await import('@sampan/resources/openapi/v2-protobuf')
  const accept = call.headers.accept ?? '*/*'
  const isProtobuf = call.path !== '/openapi/v2' || v2Protobuf.accepted.test(accept)
  if (!isProtobuf && !/application\/json|\*\/\*|application\/\*/.test(accept))
    return { status: 406, text: `only application/json and ${v2Protobuf.contentType} are served here\n` }
  const { openApiV2Document } = await import('@sampan/resources/openapi/v2')
  const served = kinds.all()
  const own = () =>
    openApiV2Document(
      served.map(({ definition }) => definition),
      version.gitVersion,
    )
  const others = behind?.hash()
  const merged = others ? await behind!.merge(own()) : undefined
  const make = merged ? () => merged : own
  const hash = `${hashOf(served)}${others ?? ''}`
  if (!isProtobuf) return document(call, hash, false, make)
  const answer = document(call, `${hash}-PB`, false, make)
  if (!('value' in answer)) return answer
  return {
    ...answer,
    headers: { ...answer.headers, 'content-type': v2Protobuf.contentType },
    json: [openApiV2Protobuf(answer.value() as Record<string, unknown>)],
  }
}

function document(call: Call, hash: string, isPermanent: boolean, make: () => unknown): Answer {
  const etag = `"${hash}"`
  const headers = {
    'content-type': 'application/json',
    etag,
    vary: 'Accept',
    'cache-control': isPermanent ? 'public, immutable' : 'no-cache, private',
    ...(isPermanent && { expires: new Date(Date.now() + 31_536_000_000).toUTCString() }),
  }
  if (call.headers['if-none-match']?.includes(etag)) return { status: 304, headers, text: '' }
  const value = make()
  return { status: 200, headers, json: [encode(value)], value: () => value }
}
