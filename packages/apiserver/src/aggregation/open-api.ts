import { createHash } from 'node:crypto'
import { systemUser } from '../auth/interfaces.ts'
import type { Context } from '../context.ts'
import type { Answer, Call } from '../handlers.ts'
import type { Aggregation } from './aggregation.ts'
import { forward } from './proxy.ts'
import { fetchFrom } from './reach.ts'
import type { Remote } from './remotes.ts'

/** What OpenAPI documents take from servers behind this one. */
export interface OpenApiBehind {
  /** Further entries of the `/openapi/v3` index. */
  index(): Record<string, { serverRelativeURL: string }>
  /** The document of a group version, when another server has it. */
  document(id: string, call: Call): Promise<Answer> | undefined
  /** Adds what the others serve to a v2 document. */
  merge(document: V2): Promise<V2>
  /** Changes when a merged document would. */
  hash(): string
}

export interface V2 {
  paths?: Record<string, unknown>
  definitions?: Record<string, unknown>
}

export function openApiBehind({ remotes, client }: Aggregation, { objects, log }: Context): OpenApiBehind {
  const current = () => (client ? remotes.all().filter(({ heard }) => heard.isCurrent) : [])
  const idOf = ({ group, version }: Remote) => `apis/${group}/${version}`
  return {
    index: () =>
      Object.fromEntries(
        current().flatMap((one) =>
          one.heard.openApiPath ? [[idOf(one), { serverRelativeURL: one.heard.openApiPath }]] : [],
        ),
      ),
    document(id, call) {
      const remote = current().find((one) => idOf(one) === id && one.heard.openApiPath)
      return remote && forward(remote, call, { objects, client: client! })
    },
    async merge(document) {
      const merged = { ...document, paths: { ...document.paths }, definitions: { ...document.definitions } }
      for (const remote of current()) {
        try {
          const other = JSON.parse(
            await fetchFrom(remote, '/openapi/v2', { objects, client: client!, user: systemUser }),
          ) as V2
          for (const [path, one] of Object.entries(other.paths ?? {}))
            if (path.startsWith(`/apis/${remote.group}/${remote.version}`)) merged.paths[path] = one
          for (const [name, one] of Object.entries(other.definitions ?? {})) merged.definitions[name] ??= one
        } catch (error) {
          log.warn('a server behind this one has no OpenAPI v2', { group: remote.group, error })
        }
      }
      return merged
    },
    hash() {
      const all = current()
      if (all.length === 0) return ''
      return createHash('sha256')
        .update(
          all.map((one) => `${idOf(one)} ${one.service.metadata.resourceVersion} ${one.heard.openApiPath}`).join(),
        )
        .digest('hex')
        .slice(0, 8)
    },
  }
}
