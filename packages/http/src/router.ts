import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import { badRequest, StatusError } from '@sampan/resources/errors'
import { askCluster, type May, requireAllow, requireAllowed } from './allowed.ts'
import { readJson } from './body.ts'
import { matcher } from './match.ts'
import { requestIdOf } from './request-id.ts'
import type { Allow, Caller, Route, SocketRoute } from './route.ts'
import { requireSameOrigin } from './same-origin.ts'
import { refuse, refuseSocket, send } from './send.ts'

export interface RouterOptions {
  routes: readonly Route[]
  sockets?: readonly SocketRoute[]
  /** Whole trees with rules of their own (git, the registry's tokens). They check their callers themselves. */
  mounts?: readonly Mount[]
  /** Everything that is no route, socket or mount: the console. Without it: NotFound. */
  fallback?: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>
  /** Who sends a request; undefined without credentials. Throws `unauthorized()` when they are not good. */
  identify(request: IncomingMessage): Promise<Caller | undefined>
  /**
   * Calls `end` when what the caller came with is no longer good (signed out, revoked): a stream that runs is then cut.
   * Returns the way to stop waiting for it.
   */
  untilOver?(request: IncomingMessage, caller: Caller, end: () => void): () => void
  /** The Kubernetes API as somebody. */
  apiFor(caller: Caller): Client
  /** Default: a SelfSubjectAccessReview, as the caller. */
  may?: May
  log: Log
  /** When the server closes: ends every stream. */
  closing?: AbortSignal
}

export interface Mount {
  /** As `/git/`: everything below it. */
  prefix: string
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export interface Router {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

const bodyLimit = 1024 * 1024
const idle = () => undefined

/** Puts routes together. Throws at once when a route does not say who may call it, or when two take the same place. */
export function createRouter(options: RouterOptions): Router {
  const {
    routes,
    sockets = [],
    mounts = [],
    fallback,
    identify,
    untilOver,
    apiFor,
    may = askCluster,
    closing,
  } = options
  const find = matcher<Route>()
  const findSocket = matcher<SocketRoute>()
  for (const one of [...routes, ...sockets]) requireAllow(one)
  for (const one of routes) find.add(one.method, one.path, one)
  for (const one of sockets) findSocket.add('GET', one.path, one)

  /** What every handler gets: the caller is known and allowed when this resolves. */
  async function admit(
    request: IncomingMessage,
    url: URL,
    allow: Allow,
    params: Record<string, string>,
    changes: boolean,
  ) {
    const user = await identify(request)
    if (user?.via === 'cookie' && changes) requireSameOrigin(request)
    await requireAllowed(allow, user, params, (caller, right, place) => may(caller, right, place, apiFor(caller)))
    return { params, query: url.searchParams, user: user as Caller, api: (user && apiFor(user)) as Client, request }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now()
    const requestId = requestIdOf(request)
    const log = options.log.with({ requestId })
    response.setHeader('x-request-id', requestId)
    response.setHeader('x-content-type-options', 'nosniff')
    let user: Caller | undefined
    let quiet = false
    const left = new AbortController()
    response.once('close', () => {
      left.abort()
      if (!quiet) log.info('request', accessLine(request, response, user, started))
    })
    try {
      const url = urlOf(request)
      const method = request.method ?? 'GET'
      const mount = mounts.find(({ prefix }) => url.pathname.startsWith(prefix))
      if (mount) return await mount.handle(request, response)
      const found = lookUp(find, method, url.pathname)
      if (!found && fallback) {
        quiet = true
        return await fallback(request, response)
      }
      if (!found) throw new StatusError('NotFound', `There is nothing at ${url.pathname}.`)
      if ('allowed' in found) {
        response.setHeader('allow', found.allowed.join(', '))
        throw new StatusError('MethodNotAllowed', `${url.pathname} answers ${found.allowed.join(', ')}, not ${method}.`)
      }
      const { value: route, params } = found
      const common = await admit(request, url, route.allow, params, method !== 'GET' && method !== 'HEAD')
      user = common.user
      // Changes are carried through, the one that signs out among them; what only reads may be a stream.
      if (user && method === 'GET') response.once('close', untilOver?.(request, user, () => response.destroy()) ?? idle)
      const body = route.body && (await readJson(request, route.body, route.bodyLimit ?? bodyLimit))
      const signal = closing ? AbortSignal.any([left.signal, closing]) : left.signal
      const result = await route.handle({ ...common, body, signal, requestId, log })
      await send(request, response, result, signal)
    } catch (error) {
      refuse(request, response, error, { requestId, log })
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const requestId = requestIdOf(request)
    const log = options.log.with({ requestId })
    const left = new AbortController()
    socket.once('close', () => left.abort())
    socket.on('error', () => socket.destroy()) // the other side is gone: 'close' follows
    try {
      const url = urlOf(request)
      const found = lookUp(findSocket, 'GET', url.pathname)
      if (!found || 'allowed' in found) throw new StatusError('NotFound', `There is no stream at ${url.pathname}.`)
      const common = await admit(request, url, found.value.allow, found.params, true)
      const signal = closing ? AbortSignal.any([left.signal, closing]) : left.signal
      if (common.user) socket.once('close', untilOver?.(request, common.user, () => socket.destroy()) ?? idle)
      log.info('stream', { path: url.pathname, user: common.user?.name })
      await found.value.handle({ ...common, socket, head, signal, requestId, log })
    } catch (error) {
      refuseSocket(socket, error, { requestId, log })
    }
  }

  return { handle, upgrade }
}

function lookUp<T>(places: ReturnType<typeof matcher<T>>, method: string, path: string) {
  try {
    return places.find(method, path)
  } catch (cause) {
    if (cause instanceof URIError) throw badRequest('The request path has broken escapes.', { cause })
    throw cause
  }
}

function urlOf(request: IncomingMessage): URL {
  const path = request.url ?? '/'
  if (!URL.canParse(path, 'http://local') || !path.startsWith('/')) throw badRequest('The request path is not valid.')
  return new URL(`http://local${path}`)
}

/** Queries are left out: people put secrets in them. */
const accessLine = (request: IncomingMessage, response: ServerResponse, user: Caller | undefined, started: number) => ({
  method: request.method,
  path: request.url?.split('?', 1)[0],
  status: response.statusCode,
  ms: Math.round(performance.now() - started),
  ...(user && { user: user.name }),
  ...(!response.writableFinished && { cut: true }),
})
