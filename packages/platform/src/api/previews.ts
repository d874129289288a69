import { route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { boolean, integer, list, object, optional, text } from '@sampan/resources/schema'
import { found } from './apps.ts'
import { type ApiContext, all } from './context.ts'
import { rowsOf } from './rows.ts'

/** Preview environments of an app: one per pull request or branch, where the app asks for them. */
export const previewRoutes = (context: ApiContext) => [
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/previews',
    allow: { verb: 'get', on: app },
    handle({ params }) {
      const one = found(context, params)
      const rows = rowsOf(context, one)
      return {
        wanted: one.spec.previews ?? {},
        previews: mine(context, params).map(({ metadata, spec }) => {
          const { state, reason, url, release } = rows.find((row) => row.environment === metadata.name) ?? {}
          const { ref, pullRequest, until } = spec.preview ?? {}
          return { environment: metadata.name, ref, pullRequest, until, state, reason, url, release }
        }),
      }
    },
  }),
  route({
    method: 'PUT',
    path: '/api/projects/:project/apps/:app/previews',
    allow: { verb: 'update', on: app },
    body: object({
      pullRequests: optional(boolean()),
      branches: optional(list(text({ minLength: 1 }))),
      maxAgeHours: optional(integer({ minimum: 1 })),
    }),
    async handle({ params, body, api }) {
      const changed = await api.patch(
        app,
        { namespace: params.project, name: params.app },
        { spec: { previews: body } },
      )
      return { wanted: changed.spec.previews ?? {} }
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/projects/:project/apps/:app/previews/:environment',
    allow: { verb: 'update', on: app },
    async handle({ params }) {
      const { environment: name } = params
      if (!mine(context, params).some(({ metadata }) => metadata.name === name)) {
        throw new StatusError('NotFound', `${params.app} has no preview "${name}": see the list (sampan previews).`)
      }
      await context.client.remove(environment, { namespace: params.project, name })
    },
  }),
]

const mine = (context: ApiContext, { project, app: name }: { project: string; app: string }) =>
  all(context, environment, project)
    .filter(({ spec }) => spec.preview?.app === name)
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
