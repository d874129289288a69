import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { map, object, optional, text } from '@sampan/resources/schema'
import { promote } from '../promotions/promote.ts'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'

/** A run's commit and release, brought on to another environment or back to it. */
export const promotionRoutes = (context: ApiContext) =>
  (['promote', 'rollback'] as const).map((event) =>
    route({
      method: 'POST',
      path: `/api/projects/:project/pipelines/:pipeline/${event}` as const,
      allow: { verb: 'create', on: pipeline, name: '' },
      body: object({ target: text({ minLength: 1 }), parameters: optional(map(text())) }),
      async handle({ params, body, api, user }) {
        const parent = await api.get(pipeline, { namespace: params.project, name: params.pipeline })
        const app = found(context, { project: params.project, app: parent.spec.app })
        return json(
          { pipeline: await promote(context.client, { ...body, app, parent, event, by: user.name }) },
          { status: 201 },
        )
      },
    }),
  )
