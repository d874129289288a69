import { answer, json } from '@sampan/http/answer'
import { events } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { configMap } from '@sampan/resources/core/config-map'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { boolean, list, object, optional, text } from '@sampan/resources/schema'
import { systemNamespace } from '../config.ts'
import { decideBlocked } from '../pipelines/approval.ts'
import { restartPipeline } from '../pipelines/restart.ts'
import { trustApp } from '../pipelines/trust.ts'
import { found } from './apps.ts'
import { type ApiContext, all } from './context.ts'

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
      method: 'GET',
      path: '/api/projects/:project/pipelines',
      allow: { verb: 'list', on: pipeline },
      handle({ params, query }) {
        const only = query.get('app')
        const limit = Math.min(500, Math.max(1, Number(query.get('limit')) || 50))
        return all(context, pipeline, params.project)
          .filter((one) => !only || one.spec.app === only)
          .toSorted(newestFirst)
          .slice(0, limit)
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/pipelines/:pipeline/restart',
      allow: { verb: 'create', on: pipeline },
      async handle({ params, api, user }) {
        const one = await api.get(pipeline, { namespace: params.project, name: params.pipeline })
        const owner = found(context, { project: params.project, app: one.spec.app })
        return json({ pipeline: await restartPipeline(context.client, owner, one, user.name) }, { status: 201 })
      },
    }),
    ...(['approve', 'decline'] as const).map((word) =>
      route({
        method: 'POST',
        path: `/api/projects/:project/pipelines/:pipeline/${word}` as const,
        allow: { verb: 'approve', on: pipeline },
        body: object({ stages: optional(list(text())) }),
        handle: ({ params, body, user }) =>
          decideBlocked(
            context.client,
            { namespace: params.project, name: params.pipeline },
            { approve: word === 'approve', by: user.name, ...(body.stages && { stages: body.stages }) },
          ),
      }),
    ),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/trust',
      // Administrators only: what a trusted app runs may do anything to the machine.
      allow: { verb: 'update', on: configMap, namespace: systemNamespace, name: '' },
      body: object({ trusted: boolean() }),
      handle: ({ params, body, api }) => trustApp(api, found(context, params), body.trusted),
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

const newestFirst = (a: Pipeline, b: Pipeline) =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
  b.spec.number - a.spec.number

/** Lines as a text stream. */
export const textLines = <T>(lines: AsyncIterable<T>, textOf: (line: T) => string) =>
  answer({
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-accel-buffering': 'no' },
    body: mapped(lines, (line) => `${textOf(line)}\n`),
  })

export async function* mapped<T, U>(source: AsyncIterable<T>, change: (value: T) => U): AsyncGenerator<U> {
  for await (const value of source) yield change(value)
}
