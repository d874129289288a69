import { apiVersionOf, type Definition, pathOf } from '@sampan/resources/define'
import { badRequest, isReason } from '@sampan/resources/errors'
import type { KubeObject, List, ObjectMeta, Ref, WatchEvent } from '@sampan/resources/meta'
import type { ApiRequest, ApiResponse, Transport } from '@sampan/resources/transport'
import type { Client, Draft, ListOptions, LogOptions, PatchType, RemoveOptions, WriteOptions } from './client.ts'
import { execOver } from './exec.ts'
import { podPath, queryOf } from './paths.ts'
import { isStatus, refusalFrom } from './refusal.ts'

const pageSize = 500
const patchTypes: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

/** The whole Kubernetes API over any transport. */
export function clientOver(transport: Transport): Client {
  /** Throws `StatusError` unless the answer is 2xx. */
  async function send(request: ApiRequest): Promise<ApiResponse> {
    const response = await transport.send(request)
    if (response.status >= 200 && response.status < 300) return response
    throw refusalFrom(response.status, await bodyOf(response), `${request.method} ${request.path.split('?')[0]}`)
  }
  const ask = async <T>(request: ApiRequest) => (await (await send(request)).object()) as T

  async function listOnce<T extends KubeObject>(kind: Definition<T>, options: ListOptions) {
    const { namespace, labels, fields, limit, signal } = options
    const query = queryOf({ labelSelector: labels, fieldSelector: fields, limit, continue: options.continue })
    return ask<List<T>>({ method: 'GET', path: pathOf(kind, { namespace }) + query, signal })
  }

  async function listAll<T extends KubeObject>(kind: Definition<T>, options: ListOptions): Promise<List<T>> {
    const first = await listOnce(kind, { ...options, limit: pageSize })
    if (!first.metadata.continue) return withItems(first, first.items)
    const items = [...(first.items ?? [])]
    let next: string | undefined = first.metadata.continue
    while (next) {
      const page: List<T> = await listOnce(kind, { ...options, limit: pageSize, continue: next })
      for (const item of page.items ?? []) items.push(item)
      next = page.metadata.continue
    }
    return withItems(first, items)
  }

  const write = <T extends KubeObject>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: unknown,
    { dryRun, fieldManager, signal, force, type }: WriteOptions & { force?: boolean; type?: string } = {},
  ) =>
    ask<T>({
      method,
      path: path + queryOf({ dryRun: dryRun && 'All', fieldManager, force: force && 'true' }),
      headers: { 'content-type': type ?? 'application/json' },
      body,
      signal,
    })

  const client: Client = {
    get: (kind, at, options) => ask({ method: 'GET', path: pathOf(kind, at), signal: options?.signal }),

    async find(kind, at, options) {
      try {
        return await client.get(kind, at, options)
      } catch (error) {
        if (isReason(error, 'NotFound')) return undefined
        throw error
      }
    },

    async list(kind, options = {}) {
      if (options.limit !== undefined) {
        const page = await listOnce(kind, options)
        return withItems(page, page.items)
      }
      try {
        return await listAll(kind, options)
      } catch (error) {
        if (!isReason(error, 'Expired') || options.continue) throw error
        const whole = await listOnce(kind, options) // the pages grew too old between two of them: all at once, then
        return withItems(whole, whole.items)
      }
    },

    create: (kind, object, options) =>
      write('POST', pathOf(kind, { namespace: object.metadata.namespace }), named(kind, object), options),

    update: (kind, object, options) =>
      write('PUT', pathOf(kind, whereIs(object.metadata)), named(kind, object), options),

    updateStatus: (kind, object, options) =>
      write('PUT', pathOf(kind, { ...whereIs(object.metadata), subresource: 'status' }), named(kind, object), options),

    patch: (kind, at, patch, { type = 'merge', subresource, ...options } = {}) =>
      write('PATCH', pathOf(kind, { ...whereIs(at), subresource }), patch, { ...options, type: patchTypes[type] }),

    apply: (kind, object, { subresource, ...options }) =>
      write('PATCH', pathOf(kind, { ...whereIs(object.metadata), subresource }), named(kind, object), {
        ...options,
        type: 'application/apply-patch+yaml',
      }),

    async remove<T extends KubeObject>(kind: Definition<T>, at: Ref, options: RemoveOptions = {}) {
      const { propagation, graceSeconds, uid, resourceVersion, dryRun, signal } = options
      const answer = await ask<KubeObject>({
        method: 'DELETE',
        path: pathOf(kind, whereIs(at)),
        headers: { 'content-type': 'application/json' },
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: propagation ?? 'Background',
          ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
          ...((uid || resourceVersion) && { preconditions: { uid, resourceVersion } }),
          ...(dryRun && { dryRun: ['All'] }),
        },
        signal,
      })
      return isStatus(answer) || !livesOn(answer) ? undefined : (answer as T)
    },

    watch: (kind, options) => watchOver(send, kind, options),
    raw: send,
    async connect(request) {
      if (!transport.connect) throw new Error('this transport cannot open streams: use the HTTP transport')
      return transport.connect(request)
    },
    logs: (pod, options) => logsOver(send, pod, options),
    exec: (pod, command, options) => execOver(client.connect, pod, command, options),
    as: (user) => clientOver(impersonating(transport, user)),
  }
  return client
}

async function* watchOver<T extends KubeObject>(
  send: (request: ApiRequest) => Promise<ApiResponse>,
  kind: Definition<T>,
  { namespace, labels, fields, signal, since, bookmarks }: ListOptions & { since?: string; bookmarks?: boolean },
): AsyncIterable<WatchEvent<T>> {
  const query = queryOf({
    watch: 'true',
    labelSelector: labels,
    fieldSelector: fields,
    resourceVersion: since,
    allowWatchBookmarks: bookmarks && 'true',
  })
  const response = await send({ method: 'GET', path: pathOf(kind, { namespace }) + query, signal })
  yield* response.events() as AsyncIterable<WatchEvent<T>>
}

async function* logsOver(
  send: (request: ApiRequest) => Promise<ApiResponse>,
  pod: Ref,
  { signal, ...options }: LogOptions = {},
): AsyncIterable<Uint8Array> {
  const response = await send({ method: 'GET', path: podPath(pod, 'log') + queryOf(options), signal })
  yield* response.bytes()
}

/** Every request with the headers that make the server act as `user`. */
function impersonating(transport: Transport, user: { name: string; groups?: string[] }): Transport {
  // In a header a comma separates groups: a name with one in it would become two groups, the second of its own choosing.
  const odd = user.groups?.find((group) => group.includes(','))
  if (odd !== undefined) throw badRequest(`group ${JSON.stringify(odd)} cannot be used: its name has a comma in it`)
  const as = {
    'impersonate-user': user.name,
    ...(user.groups?.length && { 'impersonate-group': user.groups.join(',') }),
  }
  const { connect } = transport
  return {
    send: (request) => transport.send({ ...request, headers: { ...request.headers, ...as } }),
    ...(connect && {
      connect: (request) => connect.call(transport, { ...request, headers: { ...request.headers, ...as } }),
    }),
  }
}

const whereIs = ({ namespace, name }: { namespace?: string; name?: string }) => ({ namespace, name })

const named = <T extends KubeObject>(kind: Definition<T>, object: T | Draft<T>) =>
  object.apiVersion && object.kind ? object : { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind }

const withItems = <T extends KubeObject>(list: List<T>, items: T[] | null | undefined): List<T> => ({
  ...list,
  items: items ?? [],
})

/** Some kinds answer a deletion with the object as it was last: only a finalizer or a grace period keeps one alive. */
function livesOn({ metadata, spec }: { metadata?: ObjectMeta; spec?: { finalizers?: readonly string[] } }) {
  if (!metadata?.deletionTimestamp) return false
  // Namespaces keep theirs in `spec`.
  const finalizers = [...(metadata.finalizers ?? []), ...(spec?.finalizers ?? [])]
  return finalizers.length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0
}

async function bodyOf(response: ApiResponse): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response.bytes()) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const type = response.headers['content-type'] // a server in the same process does not say it
  if (type !== undefined && !type.startsWith('application/json')) return text
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text // cut off on the way, or no JSON: shown as it is
    throw error
  }
}
