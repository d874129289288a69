import type { IncomingMessage } from 'node:http'
import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { pipelineEvents } from '@sampan/resources/sampan/pipeline'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'

type Event = (typeof pipelineEvents)[number]

/** Source code as one archive: to be released, or only to be tried. */
export const uploadRoutes = (context: ApiContext) => [
  route({
    method: 'POST',
    path: '/api/projects/:project/apps/:app/source',
    allow: { verb: 'update', on: app },
    async handle({ params, query, user, request }) {
      const one = found(context, params)
      const message = query.get('message') ?? undefined
      const pipeline = await context.sources.uploads.take(one, { body: bodyOf(request), by: user.name, message })
      return json({ pipeline }, { status: 201 })
    },
  }),
  route({
    method: 'POST',
    path: '/api/projects/:project/apps/:app/trials',
    allow: { verb: 'update', on: app },
    async handle({ params, query, user, request }) {
      const one = found(context, params)
      const event = (query.get('event') ?? 'push') as Event
      if (!pipelineEvents.includes(event)) {
        throw new StatusError('Invalid', `"${event}" is no event: use ${pipelineEvents.join(', ')}.`)
      }
      const trial = { event, branch: query.get('branch') ?? undefined }
      const pipeline = await context.sources.uploads.take(one, { body: bodyOf(request), by: user.name, trial })
      return json({ pipeline }, { status: 201 })
    },
  }),
]

/** What is left unread of a refused body is thrown away, so that the answer reaches the sender. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false })
  } finally {
    request.resume()
  }
}
