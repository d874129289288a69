import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { app } from '@sampan/resources/sampan/app'
import { object, oneOf, optional, text } from '@sampan/resources/schema'
import { deployTokensOf, makeDeployToken, revokeDeployToken } from '../git/deploy-tokens.ts'
import { addressOf, found } from './apps.ts'
import type { ApiContext } from './context.ts'

/** Deploy tokens of an app: for machines that fetch or push its repository. */
export const deployTokenRoutes = (context: ApiContext) => [
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/tokens',
    allow: { verb: 'get', on: app },
    handle: ({ params }) => deployTokensOf(context.client, params),
  }),
  route({
    method: 'POST',
    path: '/api/projects/:project/apps/:app/tokens',
    allow: { verb: 'update', on: app },
    body: object({ right: oneOf(['read', 'push'], { default: 'read' }), title: optional(text()) }),
    async handle({ params, body, user, request }) {
      found(context, params)
      const made = await makeDeployToken(context.client, params, { ...body, by: user.name })
      const url = `${addressOf(request, context)}/git/${params.project}/${params.app}.git`
      return json({ ...made, url }, { status: 201 })
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/projects/:project/apps/:app/tokens/:token',
    allow: { verb: 'update', on: app },
    handle: ({ params }) => revokeDeployToken(context.client, params, params.token),
  }),
]
