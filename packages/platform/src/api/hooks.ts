import { randomBytes } from 'node:crypto'
import { json } from '@sampan/http/answer'
import { readBytes } from '@sampan/http/body'
import { route } from '@sampan/http/route'
import { fairSlots, Overloaded } from '@sampan/kit/fair-slots'
import { secret } from '@sampan/resources/core/secret'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { object, optional, text } from '@sampan/resources/schema'
import { setSecret } from '../sources/set-secret.ts'
import { addressOf, found } from './apps.ts'
import type { ApiContext } from './context.ts'

/** As much as GitHub sends at most, in bytes. */
const largestPayload = 25 * 1024 * 1024

/** Where GitHub, GitLab, Gitea, Forgejo and Gogs deliver, and how an app's webhook is set up. */
export function hookRoutes(context: ApiContext) {
  const slots = fairSlots({ perKey: 8, waiting: 64 })
  const deliver = route({
    method: 'POST',
    path: '/hooks/:project/:app',
    allow: { anyone: 'hosts of code sign what they send with the secret of the app' },
    async handle({ params, request }) {
      const leave = await slots.enter('hooks').catch((error: unknown) => {
        if (error instanceof Overloaded)
          throw new StatusError('TooManyRequests', 'Too many webhooks at once: send it again.')
        throw error
      })
      try {
        const name = { project: params.project, app: params.app }
        // Whoever is nobody here does not get to send 25 MiB.
        if (!(await context.sources.webhooks.listens(name))) return refusal(context.sources.webhooks.refuse())
        const bytes = await readBytes(request, largestPayload)
        return refusal(await context.sources.webhooks.deliver(name, { headers: request.headers, bytes }))
      } finally {
        leave()
      }
    },
  })
  return [
    deliver,
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/webhook',
      allow: { verb: 'get', on: app },
      async handle({ params, request }) {
        const one = found(context, params)
        const { webhook } = one.spec.source
        return {
          url: hookUrl(addressOf(request, context), params),
          isSet: await context.sources.webhooks.listens(params),
          secret: webhook?.secret,
          statusToken: webhook?.statusToken,
          host: one.status?.codeHost,
          deliveries: await context.sources.webhooks.history(params),
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/webhook',
      allow: { verb: 'create', on: secret },
      body: object({ secret: optional(text({ minLength: 8 })), statusToken: optional(text({ minLength: 1 })) }),
      async handle({ params, body, api, request }) {
        const one = found(context, params)
        const at = { namespace: params.project, name: params.app }
        const value = body.secret ?? (body.statusToken ? undefined : randomBytes(24).toString('base64url'))
        const names = { secret: `${params.app}-webhook`, statusToken: `${params.app}-status-token` }
        if (value) await setSecret(api, { ...at, name: names.secret }, one, { secret: value })
        if (body.statusToken) await setSecret(api, { ...at, name: names.statusToken }, one, { token: body.statusToken })
        const webhook = {
          ...(value && { secret: names.secret }),
          ...(body.statusToken && { statusToken: names.statusToken }),
        }
        await api.patch(app, at, { spec: { source: { webhook } } })
        return json(
          { url: hookUrl(addressOf(request, context), params), ...(value && { secret: value }) },
          { status: 201 },
        )
      },
    }),
  ]
}

const refusal = ({ status, ...body }: { status: number; message: string; pipeline?: string }) => json(body, { status })

const hookUrl = (address: string, { project, app: name }: { project: string; app: string }) =>
  `${address}/hooks/${project}/${name}`
