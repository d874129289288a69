import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'
import { shortName } from '@sampan/resources/sampan/group'
import { user as kind } from '@sampan/resources/sampan/user'
import { boolean, integer, list, object, optional, text } from '@sampan/resources/schema'
import { listTokens } from '../access/tokens.ts'
import { type ApiContext, all } from './context.ts'

/** Users for administrators; one's own password and tokens for everybody. */
export function userRoutes(context: ApiContext) {
  const { accounts, client, now } = context
  return [
    route({
      method: 'GET',
      path: '/api/users',
      allow: { verb: 'list', on: kind },
      handle: () =>
        all(context, kind)
          .map(({ metadata, spec }) => ({ name: metadata.name, ...spec, createdAt: metadata.creationTimestamp }))
          .toSorted((a, b) => a.name.localeCompare(b.name)),
    }),
    route({
      method: 'POST',
      path: '/api/users',
      allow: { verb: 'create', on: kind },
      body: object({
        name: text(shortName),
        password: text(),
        title: optional(text()),
        email: optional(text()),
        groups: optional(list(text())),
      }),
      handle: ({ body }) => accounts.create(body),
    }),
    route({
      method: 'PATCH',
      path: '/api/users/:user',
      allow: { verb: 'update', on: kind },
      body: object({
        title: optional(text()),
        email: optional(text()),
        groups: optional(list(text())),
        disabled: optional(boolean()),
      }),
      handle: ({ params, body, api }) => api.patch(kind, { name: params.user }, { spec: body }),
    }),
    route({
      method: 'DELETE',
      path: '/api/users/:user',
      allow: { verb: 'delete', on: kind },
      async handle({ params, user }) {
        if (params.user === user.name) {
          throw new StatusError('Conflict', 'You cannot remove yourself: let another administrator do it.')
        }
        await accounts.remove(params.user)
      },
    }),
    route({
      method: 'PUT',
      path: '/api/users/:user/password',
      allow: { verb: 'update', on: kind },
      body: object({ password: text() }),
      async handle({ params, body }) {
        await accounts.setPassword(params.user, body.password)
      },
    }),
    route({
      method: 'PUT',
      path: '/api/me/password',
      allow: 'signed-in',
      body: object({ old: text(), password: text() }),
      async handle({ user, body }) {
        // The old one again: an open console is not enough to take an account over.
        if (!(await accounts.byPassword(user.name, body.old))) {
          throw new StatusError('Forbidden', 'The old password is wrong: type the one you signed in with.')
        }
        await accounts.setPassword(user.name, body.password)
      },
    }),
    route({
      method: 'GET',
      path: '/api/tokens',
      allow: 'signed-in',
      handle: ({ user }) => listTokens(client, user.name),
    }),
    route({
      method: 'POST',
      path: '/api/tokens',
      allow: 'signed-in',
      body: object({
        title: text({ minLength: 1, maxLength: 100 }),
        days: optional(integer({ minimum: 1, maximum: 3650 })),
      }),
      async handle({ user, body: { title, days } }) {
        const expiresAt = days === undefined ? undefined : now().getTime() + days * 86_400_000
        return json(await accounts.issue({ user: user.name, use: 'token', title, expiresAt }), { status: 201 })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/tokens/:token',
      allow: 'signed-in',
      async handle({ user, params }) {
        await accounts.revokeById(user.name, params.token)
      },
    }),
  ]
}
