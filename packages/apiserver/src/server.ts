import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Log, silent } from '@sampan/kit/log'
import type { Definition } from '@sampan/resources/define'
import { StatusError } from '@sampan/resources/errors'
import { schemaOf } from '@sampan/resources/schemas'
import type { Transport } from '@sampan/resources/transport'
import type { Store } from '@sampan/store/store'
import { pluginsByKind } from './admission/by-kind.ts'
import type { Admission } from './admission/interfaces.ts'
import { recheckTypes } from './admission/policies/recheck.ts'
import { admitConnection } from './admit-connection.ts'
import { type Aggregation, aggregation } from './aggregation/aggregation.ts'
import { openApiBehind } from './aggregation/open-api.ts'
import { forward, forwardUpgrade } from './aggregation/proxy.ts'
import { apiServices } from './aggregation/remotes.ts'
import type { Audit } from './audit/audit.ts'
import { type Auth, anonymous, type UserInfo } from './auth/interfaces.ts'
import type { Pair } from './auth/issue.ts'
import type { Context } from './context.ts'
import { customCleanup } from './custom/cleanup.ts'
import { crdAdmission } from './custom/crd-admission.ts'
import { customKinds } from './custom/custom-kinds.ts'
import { customRules } from './custom/rules/rules.ts'
import { discoveryHandlers } from './discovery/handlers.ts'
import { type Asked, askedIn, authorize, pathHandler, serve, targetOf, unknownPath } from './dispatch.ts'
import { expireEvents } from './expire-events.ts'
import { fairness } from './fairness.ts'
import type { Answer, Call, ComputedKind, PathHandler, SubresourceHandler, VirtualKind } from './handlers.ts'
import { type Check, healthHandlers } from './health.ts'
import { sendAnswer } from './http-answer.ts'
import { HttpCall } from './http-call.ts'
import { Kinds } from './kinds.ts'
import { localTransport } from './local-transport.ts'
import { objectsOf } from './objects.ts'
import { openApiHandlers } from './openapi/handlers.ts'
import { requestMetrics } from './request-metrics.ts'
import { servedFrom } from './served.ts'
import type { OneTarget } from './target.ts'
import { version } from './version.ts'

export interface ApiServerOptions {
  store: Store
  /** The built-in kinds. */
  definitions: readonly Definition[]
  auth: Auth
  /** In the order they take effect. */
  admission?: readonly Admission[]
  subresources?: readonly SubresourceHandler[]
  virtualKinds?: readonly VirtualKind[]
  /** What `/metrics` says besides the requests: lines in Prometheus' text format. */
  metrics?: () => string
  /** Further paths. Paths the server itself has come first. */
  paths?: readonly PathHandler[]
  /** Besides the store: what `/readyz` waits for. */
  checks?: readonly Check[]
  /** What clients are told to connect to, as `10.0.0.1:6443`. */
  serverAddress?: string
  /** Hears of every request that comes over HTTP from somebody known. */
  audit?: Audit
  /** The certificate servers behind this one know it by; left out: none are asked. */
  frontProxy?: Pair
  now?: () => Date
  random?: () => number
  log?: Log
}

export interface ApiServer {
  /** The API for parts of this process, as `user`; `manager` is who their writes are attributed to in `managedFields`. */
  transport(user: UserInfo, manager?: string): Transport
  /** For `https.createServer`. */
  handler(request: IncomingMessage, response: ServerResponse): void
  /** For its `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Plugs in what can only be made once the server is there. */
  addSubresource(handler: SubresourceHandler): void
  addVirtualKind(kind: VirtualKind): void
  addComputedKind(kind: ComputedKind): void
  addPath(handler: PathHandler): void
  /** Ends watches and streams. The store is left open: who opened it closes it. */
  close(): Promise<void>
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { store, auth, audit, log = silent, now = () => new Date(), random = Math.random } = options
  const kinds = new Kinds()
  for (const definition of options.definitions) kinds.add(servedFrom(definition, schemaFrom(definition)))
  for (const handler of options.subresources ?? []) kinds.addHandler(handler)
  for (const kind of options.virtualKinds ?? []) kinds.addVirtual(kind)
  const closing = new AbortController()
  const context: Context = {
    store,
    objects: objectsOf(store),
    kinds,
    auth,
    pluginsFor: pluginsByKind([crdAdmission(now), customRules, ...(options.admission ?? [])]),
    now,
    random,
    log,
    afterWrite(group, plural) {
      customs.afterWrite(group, plural)
      if (group === 'apiextensions.k8s.io') recheck()
      aggregated.afterWrite(group, plural)
    },
  }
  const customs = customKinds({ store, kinds, ...customCleanup(context) })
  const recheck = recheckTypes(context, closing.signal)
  const aggregated = aggregation(context, options.frontProxy)
  aggregated.afterWrite(apiServices.group, apiServices.plural)
  expireEvents({ store, now, log, signal: closing.signal })
  const takeTurn = fairness(context)
  const requests = requestMetrics()
  const paths: PathHandler[] = [
    ...discoveryHandlers(kinds, options.serverAddress ?? '', aggregated.remotes),
    ...openApiHandlers(kinds, openApiBehind(aggregated, context)),
    ...healthHandlers([{ name: 'ping', isWell: () => true }, ...(options.checks ?? [])]),
    { path: '/version', methods: ['GET'], handle: async () => ({ status: 200, object: version }) },
    {
      path: '/metrics',
      methods: ['GET'],
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        text: requests.text() + (options.metrics?.() ?? ''),
      }),
    },
    ...(options.paths ?? []),
  ]

  const answer = async (call: Call): Promise<Answer> => {
    const { path, method } = call
    const asked = askedIn(call)
    call.verb = asked.verb
    const checking = authorize(context, asked, call)
    if (checking) await checking
    const remote = remoteOf(aggregated, path)
    if (remote) return forward(remote, call, { objects: context.objects, client: aggregated.client! })
    if (asked.resource) return (await serve(context, asked, call)) ?? unknownPath
    const handler = pathHandler(paths, path)
    if (!handler) return path === '/' ? { status: 200, object: { paths: paths.map((one) => one.path) } } : unknownPath
    if (!handler.methods.includes(method)) return notAllowed
    return handler.handle(call)
  }

  /** Like `answer`, but a refusal is an answer too. */
  const handle = async (call: Call): Promise<Answer> => {
    try {
      return await answer(call)
    } catch (error) {
      return refusal(error, call, log)
    }
  }

  const identify = (request: IncomingMessage): UserInfo | Promise<UserInfo> => {
    const found = auth.authenticator.authenticate(request)
    return found instanceof Promise
      ? found.then((user) => impersonated(auth, user ?? anonymous, request.headers))
      : impersonated(auth, found ?? anonymous, request.headers)
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = new HttpCall(request, response, anonymous, closing.signal)
    const started = performance.now()
    let result: Answer
    try {
      const user = identify(request)
      call.user = user instanceof Promise ? await user : user
      const finish = audit?.begin(call)
      const turn = takeTurn(call)
      if (turn) whenClosed(response, await turn)
      result = await handle(call)
      finish?.(result)
    } catch (error) {
      result = refusal(error, call, log)
    }
    requests.count(call, result.status, (performance.now() - started) / 1000)
    await sendAnswer(response, result, call.warnings)
    // What was not read would be taken for the next request.
    if (!request.complete) request.resume()
  }

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const call = new HttpCall(request, undefined, anonymous, closing.signal)
    let result: Answer
    let finish: ReturnType<Audit['begin']>
    try {
      call.user = await identify(request)
      finish = audit?.begin(call)
      const asked = askedIn(call)
      call.verb = asked.verb
      await authorize(context, asked, call)
      // Browsers and newer clients open these with GET; a right to look must not be a way in (as since Kubernetes 1.35).
      if (opensContainer(asked)) await authorize(context, { ...asked, verb: 'create' }, call)
      const remote = remoteOf(aggregated, call.path)
      if (remote) {
        finish?.({ status: 101 })
        finish = undefined
        return await forwardUpgrade(remote, call, socket, head, {
          objects: context.objects,
          client: aggregated.client!,
        })
      }
      const target = asked.resource && targetOf(context, asked.resource)
      const handler = target?.subresource ? kinds.handler(target.served.definition, target.subresource) : undefined
      if (target && handler?.upgrade) {
        await admitConnection(context, target as OneTarget, call)
        const { definition } = target.served
        const { namespace, name, subresource, rest } = target
        const all = Object.assign(call, {
          definition,
          namespace,
          name: name!,
          subresource: subresource!,
          rest,
          objects: context.objects,
        })
        finish?.({ status: 101 })
        finish = undefined
        return await handler.upgrade(all, socket, head)
      }
      result = unknownPath
    } catch (error) {
      result = refusal(error, call, log)
    }
    finish?.(result)
    const body = 'text' in result ? result.text : JSON.stringify('object' in result ? result.object : {})
    socket.end(
      `HTTP/1.1 ${result.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    )
  }

  return {
    transport: (user, manager) =>
      localTransport(
        async (call) => {
          try {
            call.user = await impersonated(auth, user, call.headers)
          } catch (error) {
            return refusal(error, call, log)
          }
          return handle(call)
        },
        { user, manager },
        closing.signal,
      ),
    handler(request, response) {
      respond(request, response).catch((error: unknown) => {
        log.error('a request failed while it was being answered', { path: request.url, error })
        response.destroy()
      })
    },
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      upgrade(request, socket, head).catch((error: unknown) => {
        log.error('a stream failed', { path: request.url, error })
        socket.destroy()
      })
    },
    addSubresource: (handler) => kinds.addHandler(handler),
    addVirtualKind: (kind) => kinds.addVirtual(kind),
    addComputedKind: (kind) => kinds.addComputed(servedFrom(kind.definition), kind),
    addPath: (handler) => void paths.push(handler),
    async close() {
      closing.abort()
      aggregated.close()
    },
  }
}

const impersonated = (auth: Auth, user: UserInfo, headers: IncomingMessage['headers']) =>
  auth.impersonate ? auth.impersonate(user, headers) : user

/** The other server that answers for a path, if one does. */
function remoteOf({ remotes, client }: Aggregation, path: string) {
  if (!client || !path.startsWith('/apis/')) return undefined
  const [, , group = '', version = ''] = path.split('/', 4)
  return remotes.find(group, version)
}

const opensContainer = ({ resource }: Asked) =>
  resource?.group === '' &&
  resource.plural === 'pods' &&
  ['exec', 'attach', 'portforward'].includes(resource.subresource ?? '')

/** Also when that has happened already. */
function whenClosed(response: ServerResponse, then: () => void) {
  if (response.closed) then()
  else response.once('close', then)
}

const notAllowed: Answer = {
  status: 405,
  object: new StatusError(
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  ).status(),
}

/** Generated schemas are loaded when a caller from outside first writes something of the group. */
function schemaFrom({ group, version, kind, schema }: Definition) {
  let known = schema
  return () => {
    known ??= schemaOf(group, version, kind)
    return known
  }
}

/** An error as the answer the caller gets: refusals as they are, everything else as 500 without its inside. */
function refusal(error: unknown, { path, method }: Call, log: Log): Answer {
  if (error instanceof URIError)
    return { status: 400, object: new StatusError('BadRequest', `the path is not valid: ${error.message}`).status() }
  if (!(error instanceof StatusError)) {
    log.error('a request failed', { method, path, error })
    const message = 'Internal error occurred: the reason is in the log of the server'
    return { status: 500, object: new StatusError('InternalError', message).status() }
  }
  const seconds = error.details?.retryAfterSeconds
  return {
    status: error.code,
    object: error.status(),
    ...(seconds !== undefined && { headers: { 'retry-after': String(seconds) } }),
  }
}
