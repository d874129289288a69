import { answer, json } from '@sampan/http/answer'
import { events } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import type { ApiContext } from './context.ts'

/** Whether the caller asks for server-sent events rather than text. */
export const wantsEvents = (accept: string | undefined) => accept?.includes('text/event-stream') === true

export function pipelineRoutes(context: ApiContext) {
  return [
    route({
      method: 'GET',
      path: '/api/projects/:project/pipelines/:pipeline',
      allow: { verb: 'get', on: pipeline },
      async handle({ params, api }) {
        return api.get(pipeline, { namespace: params.project, name: params.pipeline })
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/pipelines/:pipeline/logs',
      allow: { verb: 'get', on: pipeline },
      async handle({ params, query, api, request, signal }) {
        const one = await api.get(pipeline, { namespace: params.project, name: params.pipeline })
        const lines = context.readLog(one, {
          follow: query.get('follow') === 'true',
          step: query.get('step') ?? undefined,
          signal,
        })
        if (!wantsEvents(request.headers.accept)) return textLines(lines, (line) => line.text)
        return events(mapped(lines, (data) => ({ event: 'line', data })))
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/pipelines/:pipeline/cancel',
      allow: { verb: 'update', on: pipeline },
      handle: async ({ params, api }) =>
        json(
          await api.patch(pipeline, { namespace: params.project, name: params.pipeline }, { spec: { cancel: true } }),
        ),
    }),
  ]
}

/** Lines as a text stream. */
export const textLines = <T>(lines: AsyncIterable<T>, textOf: (line: T) => string) =>
  answer({
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-accel-buffering': 'no' },
    body: mapped(lines, (line) => `${textOf(line)}\n`),
  })

export async function* mapped<T, U>(source: AsyncIterable<T>, change: (value: T) => U): AsyncGenerator<U> {
  for await (const value of source) yield change(value)
}
