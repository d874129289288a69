import { json } from '@sampan/http/answer'
import { type Call, route } from '@sampan/http/route'
import { secret } from '@sampan/resources/core/secret'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { boolean, type Infer, object, optional, text } from '@sampan/resources/schema'
import {
  findPipelineSecret,
  type Holder,
  pipelineSecrets,
  removePipelineSecret,
  setPipelineSecret,
} from '../pipelines/secret-store.ts'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'

const fresh = object({
  name: text({ minLength: 1 }),
  value: text({ minLength: 1 }),
  pullRequests: optional(boolean()),
})
const change = object({ value: optional(text({ minLength: 1 })), pullRequests: optional(boolean()) })

type With<Body> = Pick<Call<Record<string, string>, 'signed-in', Body>, 'api' | 'body'> & {
  params: Record<string, string>
}

/** Secrets of pipelines, by name: a value goes in and never comes out. Writing acts as the caller. */
export function secretRoutes(context: ApiContext) {
  const { client } = context
  /** Names are for whoever may see the app; reading Secrets themselves needs more. */
  const list = (holder: Holder) => pipelineSecrets(client, holder)

  async function create(holder: Holder, { api, body }: With<Infer<typeof fresh>>) {
    if (await findPipelineSecret(client, holder, body.name)) {
      throw new StatusError(
        'AlreadyExists',
        `There is a secret ${body.name} already: replace it with PUT or "sampan secrets set".`,
      )
    }
    return json(await setPipelineSecret(api, holder, body), { status: 201 })
  }
  const replace = (holder: Holder, { api, body, params }: With<Infer<typeof change>>) =>
    setPipelineSecret(api, holder, { name: params.secret ?? '', ...body })

  /** Every app has a place of its own below that of its project, with the same four routes. */
  return (['/api/projects/:project', '/api/projects/:project/apps/:app'] as const).flatMap((place) => {
    const path = `${place}/secrets` as const
    const holderOf = (params: { project: string; app?: string }): Holder => {
      const { project, app: name } = params
      if (name !== undefined) found(context, { project, app: name })
      return name === undefined ? { project } : { project, app: name }
    }
    return [
      route({
        method: 'GET',
        path,
        allow: { verb: place.endsWith(':app') ? 'get' : 'list', on: app },
        handle: ({ params }) => list(holderOf(params)),
      }),
      route({
        method: 'POST',
        path,
        allow: { verb: 'create', on: secret },
        body: fresh,
        handle: (call) => create(holderOf(call.params), call),
      }),
      route({
        method: 'PUT',
        path: `${path}/:secret` as const,
        allow: { verb: 'update', on: secret, name: '' },
        body: change,
        handle: (call) => replace(holderOf(call.params), call),
      }),
      route({
        method: 'DELETE',
        path: `${path}/:secret` as const,
        allow: { verb: 'delete', on: secret, name: '' },
        handle: ({ params, api }) => removePipelineSecret(api, holderOf(params), params.secret),
      }),
    ]
  })
}
