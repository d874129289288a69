import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import type { Definition } from '@sampan/resources/define'
import type { Typed } from '@sampan/resources/schema'

/** Who calls. `via: 'cookie'` makes the router insist that changes come from our own pages. */
export interface Caller {
  name: string
  groups: readonly string[]
  via: 'cookie' | 'token' | 'password' | 'certificate'
}

/** `/apps/:app/*rest` → `{ app: string; rest: string }`. */
export type ParamsOf<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? ParamsOf<Head> & ParamsOf<Tail>
  : Path extends `:${infer Name}` | `*${infer Name}`
    ? { [K in Name]: string }
    : unknown

export interface Place {
  namespace?: string
  name?: string
}

/** A right in Kubernetes' words. Where it is asked for comes from the path: see `placeOf`. */
export interface Right {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | (string & {})
  on: Pick<Definition, 'group' | 'plural' | 'singular' | 'scope'>
  subresource?: string
  /** Instead of the usual path parameters: text with parameters in it, as `:project-:environment`. */
  namespace?: string
  name?: string
}

/**
 * Who may call a route: whoever has a right, everybody who is signed in (the handler then acts as the caller, so RBAC
 * decides), or anyone at all, with the reason why that is safe.
 */
export type Allow = Right | 'signed-in' | Anyone

export interface Anyone {
  anyone: string
}

interface Common<Params, A> {
  params: Params
  query: URLSearchParams
  /** The Kubernetes API as the caller. */
  api: A extends Anyone ? Client | undefined : Client
  user: A extends Anyone ? Caller | undefined : Caller
  request: IncomingMessage
  /** Aborted when the caller goes away or the server closes. */
  signal: AbortSignal
  /** In every answer as `x-request-id` and in every line of `log`. */
  requestId: string
  log: Log
}

export type Call<Params, A, Body> = Common<Params, A> & { body: Body }
export type SocketCall<Params, A> = Common<Params, A> & { socket: Duplex; head: Buffer }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route as the router sees it. */
export interface Route {
  method: Method
  path: string
  allow: Allow
  body?: Typed<unknown>
  bodyLimit?: number
  handle(call: Call<Record<string, string>, Allow, unknown>): unknown
}

/** A route whose answer is an upgraded connection. */
export interface SocketRoute {
  path: string
  allow: Allow
  /** Owns the socket from here. Until it writes, it may throw: the router then answers the refusal. */
  handle(call: SocketCall<Record<string, string>, Allow>): void | Promise<void>
}

/**
 * One endpoint. The handler's result is answered as JSON (201 for POST when it is an object with metadata, 204 for
 * undefined) unless it is an `answer(…)` or `events(…)`. With `body` the request must be JSON of that schema; defaults
 * are filled in. `bodyLimit` in bytes, default 1 MiB. Throw `StatusError` to refuse.
 */
export function route<const Path extends string, const A extends Allow, Body = undefined>(
  given: Given<Path, A, Body>,
): Route {
  return given as unknown as Route
}

interface Given<Path extends string, A, Body> {
  method: Method
  path: Path
  allow: A
  body?: Typed<Body>
  bodyLimit?: number
  handle(call: Call<ParamsOf<Path>, A, Body>): unknown
}

export function socketRoute<const Path extends string>(given: {
  path: Path
  allow: Right | 'signed-in'
  handle(call: SocketCall<ParamsOf<Path>, 'signed-in'>): void | Promise<void>
}): SocketRoute {
  return given as unknown as SocketRoute
}

/**
 * Where a right is asked for: namespace from `:namespace` or, as projects own the namespace of their name, `:project`;
 * name from `:name` or the kind's own word (`:app` for App).
 */
export function placeOf({ on, namespace, name }: Right, params: Record<string, string>): Place {
  return {
    namespace:
      namespace !== undefined
        ? filled(namespace, params)
        : on.scope === 'Namespaced'
          ? (params.namespace ?? params.project)
          : undefined,
    name: name !== undefined ? filled(name, params) : (params[on.singular] ?? params.name),
  }
}

/** The parameters a text asks for. */
export const parametersIn = (text: string) => [...text.matchAll(parameter)].map(([, name]) => name!)

const parameter = /:([a-zA-Z]+)/g
const filled = (text: string, params: Record<string, string>) =>
  text.replace(parameter, (_, name) => params[name] ?? '')
