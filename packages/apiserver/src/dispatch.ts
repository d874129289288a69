import { forbidden, StatusError } from '@sampan/resources/errors'
import { formOf, notAcceptable } from './accept.ts'
import { admitConnection } from './admit-connection.ts'
import type { Attributes, Decision } from './auth/interfaces.ts'
import { answerComputed } from './computed.ts'
import type { Context } from './context.ts'
import { checkFields } from './field-validation.ts'
import type { Answer, Call, PathHandler } from './handlers.ts'
import { objectOfKind } from './incoming.ts'
import type { ResourcePath } from './path.ts'
import { parseResourcePath } from './path.ts'
import { flag, nameSelected } from './query.ts'
import { readObject } from './read-object.ts'
import { bind } from './subresources/binding.ts'
import { evict } from './subresources/eviction.ts'
import { finalize } from './subresources/finalize.ts'
import { partOf } from './subresources/parts.ts'
import { scale } from './subresources/scale.ts'
import type { OneTarget, Target } from './target.ts'
import { create } from './verbs/create.ts'
import { remove } from './verbs/delete.ts'
import { removeCollection } from './verbs/delete-collection.ts'
import { get } from './verbs/get.ts'
import { list } from './verbs/list.ts'
import { patch } from './verbs/patch.ts'
import { update } from './verbs/update.ts'
import { watch } from './verbs/watch.ts'

/** What a path asks for, in RBAC's words, before anybody knows whether it exists. */
export interface Asked {
  verb: string
  resource: ResourcePath | undefined
}

/** The same, worked out once for each call. */
export function askedIn(call: Call): Asked {
  call.asked ??= askedOf(call.method, call.path, call.query)
  return call.asked
}

function askedOf(method: string, path: string, query: URLSearchParams): Asked {
  const resource = parseResourcePath(path)
  if (!resource) return { verb: method.toLowerCase(), resource }
  const isOne = resource.name !== undefined
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (resource.watch || (!resource.subresource && flag(query, 'watch'))) return { verb: 'watch', resource }
      return { verb: isOne ? 'get' : 'list', resource }
    case 'POST':
      return { verb: 'create', resource }
    case 'PUT':
      return { verb: 'update', resource }
    case 'PATCH':
      return { verb: 'patch', resource }
    case 'DELETE':
      return { verb: isOne ? 'delete' : 'deletecollection', resource }
    default:
      return { verb: method.toLowerCase(), resource }
  }
}

/** Throws Forbidden unless the caller may. Answers a promise only when the authorizer does. */
export function authorize({ auth }: Context, asked: Asked, call: Call): void | Promise<void> {
  const { resource } = asked
  const name = resource && (resource.name ?? selectedName(asked, call))
  const attributes: Attributes = {
    user: call.user,
    verb: asked.verb,
    path: call.path,
    ...(resource && {
      resource: {
        group: resource.group,
        version: resource.version,
        plural: resource.plural,
        ...(resource.subresource && { subresource: resource.subresource }),
        ...(namespaceOf(resource) && { namespace: namespaceOf(resource)! }),
        ...(name !== undefined && { name }),
      },
    }),
  }
  const made = auth.authorizer.authorize(attributes)
  const check = ({ allowed, reason }: Decision) => {
    if (!allowed) throw refusal(call, asked, reason)
  }
  return made instanceof Promise ? made.then(check) : check(made)
}

/** A list or watch of a single name is within a right to that name, as upstream has it: informers of one object read so. */
const selectedName = ({ verb }: Asked, { query }: Call) =>
  verb === 'list' || verb === 'watch' ? nameSelected(query) : undefined

/** Rules about one namespace object live in that namespace too. */
const namespaceOf = ({ group, plural, namespace, name }: ResourcePath) =>
  group === '' && plural === 'namespaces' ? name : namespace

function refusal({ user, path }: Call, { verb, resource }: Asked, reason: string | undefined): StatusError {
  const why = reason ? `: ${reason}` : ''
  if (!resource)
    return new StatusError('Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"${why}`, {})
  const { plural, group, subresource, namespace, name } = resource
  const what = subresource ? `${plural}/${subresource}` : plural
  return forbidden(
    { plural, group },
    name ?? '',
    `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${
      namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'
    }${why}`,
  )
}

export const methodNotAllowed = () =>
  new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource')

export const unknownPath: Answer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  text: '404 page not found\n',
}

/** Carries out an authorised call about a resource; undefined when nothing of the kind is served. */
export async function serve(context: Context, { verb, resource }: Asked, call: Call): Promise<Answer | undefined> {
  const target = targetOf(context, resource!)
  if (!target) return undefined
  const { served } = target
  if (served.definition.deprecated) call.warnings.push(served.definition.deprecated)
  if (target.subresource !== undefined) return serveSubresource(context, target as OneTarget, call)
  const virtual = context.kinds.virtual(served.definition)
  if (virtual) {
    if (verb !== 'create') throw methodNotAllowed()
    // A question has no table and no metadata.
    if (formOf(call.headers.accept).as !== 'object') throw notAcceptable()
    const object = objectOfKind(await readObject(call, served), served, {
      ...(target.namespace && { namespace: target.namespace }),
    })
    checkFields(call, served, object)
    const answer = await virtual.create(object, {
      ...withoutPrototype(call),
      namespace: target.namespace,
      objects: context.objects,
    })
    return { status: 201, object: answer }
  }
  if (!served.verbs.has(verb as never)) throw methodNotAllowed()
  const computed = context.kinds.computed(served.definition)
  if (computed) return answerComputed(computed, target, call)
  switch (verb) {
    case 'get':
      return get(context, target as OneTarget, call)
    case 'list':
      return list(context, target, call)
    case 'watch':
      return watch(context, target, call)
    case 'create':
      if (target.name !== undefined) throw methodNotAllowed()
      return create(context, target, call)
    case 'update':
      if (target.name === undefined) throw methodNotAllowed()
      return update(context, target as OneTarget, call)
    case 'patch':
      if (target.name === undefined) throw methodNotAllowed()
      return patch(context, target as OneTarget, call)
    case 'delete':
      return remove(context, target as OneTarget, call)
    case 'deletecollection':
      return removeCollection(context, target, call)
    default:
      throw methodNotAllowed()
  }
}

/** The served kind and place; undefined when the path cannot mean anything here. */
export function targetOf({ kinds }: Context, resource: ResourcePath): Target | undefined {
  const served = kinds.find(resource.group, resource.version, resource.plural)
  if (!served) return undefined
  const { namespace, name, subresource, rest } = resource
  const isNamespaced = served.definition.scope === 'Namespaced'
  if (!isNamespaced && namespace !== undefined) return undefined
  if (isNamespaced && namespace === undefined && name !== undefined) return undefined
  return { served, namespace, name, subresource, rest }
}

async function serveSubresource(context: Context, target: OneTarget, call: Call): Promise<Answer | undefined> {
  const { served, subresource } = target
  const { definition } = served
  const { method } = call
  const id = `${definition.group}/${definition.plural}/${subresource}`
  if (target.rest === undefined) {
    const isPart = (subresource === 'status' && definition.hasStatus) || partOf(definition, subresource)
    if (isPart) return servePart(context, target, call)
    if (subresource === 'scale' && definition.scale) {
      if (method !== 'GET' && method !== 'PUT' && method !== 'PATCH') throw methodNotAllowed()
      return scale(context, target, call)
    }
    const own = ownSubresources[id]
    if (own) {
      if (method !== own.method && !(own.also && method === 'GET')) throw methodNotAllowed()
      if (method === 'GET') return get(context, target, call)
      return own.run(context, target, call)
    }
  }
  const handler = context.kinds.handler(definition, subresource!)
  if (!handler) return undefined
  await admitConnection(context, target, call)
  return handler.handle({
    ...withoutPrototype(call),
    definition,
    subresource: subresource!,
    namespace: target.namespace,
    name: target.name,
    rest: target.rest,
    objects: context.objects,
  })
}

function servePart(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  if (call.method === 'GET') return get(context, target, call)
  if (call.method === 'PUT') return update(context, target, call)
  if (call.method === 'PATCH') return patch(context, target, call)
  throw methodNotAllowed()
}

type Run = (context: Context, target: OneTarget, call: Call) => Promise<Answer>

/** Subresources that are writes to the object itself. */
const ownSubresources: Readonly<Record<string, { method: string; also?: boolean; run: Run }>> = {
  '/namespaces/finalize': { method: 'PUT', run: finalize },
  '/pods/binding': { method: 'POST', run: bind },
  '/pods/eviction': { method: 'POST', run: evict },
}

/** A call's members, wherever they are defined, so that it can be spread. */
function withoutPrototype(call: Call): Call {
  return {
    method: call.method,
    path: call.path,
    query: call.query,
    headers: call.headers,
    user: call.user,
    verb: call.verb,
    get signal() {
      return call.signal
    },
    bytes: () => call.bytes(),
    object: () => call.object(),
    duplicates: call.duplicates,
    warnings: call.warnings,
    ...(call.request && { request: call.request }),
  }
}

/** A plain path, by the longest match: exact, or a prefix that ends in a slash. */
export function pathHandler(handlers: readonly PathHandler[], path: string): PathHandler | undefined {
  return handlers.find((one) => one.path === path || (one.path.endsWith('/') && path.startsWith(one.path)))
}
