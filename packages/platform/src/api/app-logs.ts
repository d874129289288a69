import { events } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { pod } from '@sampan/resources/core/pod'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { appLabel, environmentLabel, projectLabel } from '../labels.ts'
import { appLog } from '../logs/app-log.ts'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'
import { mapped, textLines, wantsEvents } from './pipelines.ts'
import { usageRoutes } from './usage.ts'

export const appLogRoutes = (context: ApiContext) => [
  ...usageRoutes(context),
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/logs',
    allow: { verb: 'get', on: app },
    handle({ params, query, api, request, signal }) {
      found(context, params)
      const place = query.get('environment')
      const lines = appLog({
        client: api,
        pods: context.caches.of(pod),
        isOurs: ({ metadata: { labels } }) =>
          labels?.[projectLabel] === params.project &&
          labels[appLabel] === params.app &&
          (!place || labels[environmentLabel] === place),
        follow: query.get('follow') === 'true',
        tail: wholeNumber('tail', query.get('tail')) ?? 1000,
        sinceSeconds: secondsOf(query.get('since')),
        signal,
      })
      if (wantsEvents(request.headers.accept)) return events(mapped(lines, (data) => ({ event: 'line', data })))
      return textLines(lines, ({ instance, text }) => `[${instance}] ${text}`)
    },
  }),
]

function wholeNumber(name: string, text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new StatusError('BadRequest', `${name}=${text}: write a whole number.`)
}

/** `90`, `90s`, `10m`, `2h`, `1d`. */
export function secondsOf(text: string | null): number | undefined {
  if (!text) return undefined
  const [, number, unit = 's'] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? []
  if (!number) throw new StatusError('BadRequest', `since=${text}: write a time such as 90s, 10m, 2h or 1d.`)
  return Number(number) * { s: 1, m: 60, h: 3600, d: 86_400 }[(unit || 's') as 's' | 'm' | 'h' | 'd']
}
