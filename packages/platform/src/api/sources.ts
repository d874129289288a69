import { json } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { configMap } from '@sampan/resources/core/config-map'
import { isReason, StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { integer, list, object, oneOf, optional, text } from '@sampan/resources/schema'
import { protectBranches, protectedBranches } from '../git/protected-branches.ts'
import { AddressRefused, allowedOrigins, originOf, writeAllowedOrigins } from '../sources/address-rules.ts'
import { Unreachable } from '../sources/git-remote.ts'
import { setSecret } from '../sources/set-secret.ts'
import { addressOf, found } from './apps.ts'
import type { ApiContext } from './context.ts'

const allowedAt = { on: configMap, namespace: 'sampan-system', name: 'sampan-sources' }

/** Where an app's code comes from, and which of the installation's own addresses may be such a place. */
export function sourceRoutes(context: ApiContext) {
  const { client, sources, git } = context
  return [
    route({
      method: 'PUT',
      path: '/api/projects/:project/apps/:app/source',
      allow: { verb: 'update', on: app },
      body: object({
        type: optional(oneOf(['git', 'svn', 'image'])),
        image: optional(text({ minLength: 1 })),
        url: optional(text({ description: 'Empty: the built-in repository again' })),
        branch: optional(text({ minLength: 1 })),
        path: optional(text()),
        pollSeconds: optional(integer({ minimum: 10 })),
        username: optional(text()),
        password: optional(text({ minLength: 1 })),
      }),
      async handle({ params, body, api }) {
        const one = found(context, params)
        const at = { namespace: params.project, name: params.app }
        const { username, password, url, ...rest } = body
        const type = rest.type ?? one.spec.source.type
        const origin = url ? checkedOrigin(url, type) : undefined
        if (url && origin) await allowAsAdministrator(context, api, url, origin)
        const credentials = `${params.app}-source`
        if (password) {
          await setSecret(api, { ...at, name: credentials }, one, { ...(username && { username }), password })
        }
        const source = {
          ...rest,
          ...(url !== undefined && { url: url === '' ? null : url }),
          ...(password && { credentials }),
          ...(url === '' && { credentials: null }),
        }
        const changed = await api.patch(app, at, { spec: { source } })
        if (type === 'svn' || url) sources.soon(changed)
        return json(changed)
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/sync',
      allow: { verb: 'update', on: app },
      async handle({ params, signal }) {
        const one = await client.get(app, { namespace: params.project, name: params.app })
        if (!one.spec.source.url && one.spec.source.type !== 'svn') {
          throw new StatusError('Conflict', `${params.app} follows no other repository: there is nothing to ask.`)
        }
        try {
          const taken = await sources.follow(one, signal)
          return {
            pipelines: taken.flatMap((each) => ('pipeline' in each ? [each.pipeline.metadata.name] : [])),
            skipped: taken.flatMap((each) => ('skipped' in each ? [each.skipped] : [])),
          }
        } catch (error) {
          if (error instanceof Unreachable || error instanceof AddressRefused)
            throw new StatusError('Invalid', error.message)
          throw error
        }
      },
    }),
    route({
      method: 'POST',
      path: '/api/projects/:project/apps/:app/svn-password',
      allow: { verb: 'get', on: app },
      async handle({ params, user, request }) {
        const one = await client.get(app, { namespace: params.project, name: params.app })
        const { type, url } = one.spec.source
        if (type !== 'svn' || url) {
          throw new StatusError(
            'Conflict',
            `${params.app} has no Subversion repository here: set its source to svn first.`,
          )
        }
        const { port, path, ...rest } = await sources.svn.signIn(one, user)
        const { hostname } = new URL(addressOf(request, context))
        return json({ url: `svn://${hostname}${port === 3690 ? '' : `:${port}`}/${path}`, ...rest }, { status: 201 })
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/protected-branches',
      allow: { verb: 'get', on: app },
      handle: async ({ params }) => ({ branches: await protectedBranches(client, params) }),
    }),
    route({
      method: 'PUT',
      path: '/api/projects/:project/apps/:app/protected-branches',
      allow: { verb: 'update', on: app, subresource: 'protected' },
      body: object({ branches: list(text()) }),
      async handle({ params, body, api }) {
        found(context, params)
        await protectBranches(api, params, body.branches)
        return { branches: await protectedBranches(client, params) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:project/apps/:app/pulls',
      allow: { verb: 'get', on: app },
      async handle({ params }) {
        found(context, params)
        return (await git.pulls.all(params)).toSorted((a, b) => b.number - a.number)
      },
    }),
    route({
      method: 'GET',
      path: '/api/sources/allowed',
      allow: { verb: 'get', ...allowedAt },
      handle: async () => ({ allowed: await allowedOrigins(client) }),
    }),
    route({
      method: 'PUT',
      path: '/api/sources/allowed',
      allow: { verb: 'update', ...allowedAt },
      body: object({ allowed: list(text({ minLength: 1 })) }),
      async handle({ body, api }) {
        const origins = body.allowed.map((one) => checkedOrigin(one))
        await writeAllowedOrigins(api, origins)
        return { allowed: await allowedOrigins(client) }
      },
    }),
  ]
}

/** Throws Invalid for what is no address of a repository. */
function checkedOrigin(text: string, type: 'git' | 'svn' | 'image' = 'svn'): string {
  const schemes = type === 'svn' ? ['http:', 'https:', 'svn:'] : ['http:', 'https:']
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !schemes.includes(url.protocol) || !url.hostname) {
    throw new StatusError('Invalid', `"${text}" is no address that can be followed: use ${schemes.join('//, ')}//.`)
  }
  if (url.username || url.password) {
    throw new StatusError('Invalid', 'Leave name and password out of the address: they are fields of their own.')
  }
  return originOf(url)
}

/** An address inside the installation that an administrator states is one that an administrator allows. */
async function allowAsAdministrator(
  { sources, client }: ApiContext,
  api: Parameters<typeof writeAllowedOrigins>[0],
  text: string,
  origin: string,
): Promise<void> {
  try {
    await sources.rules.check(new URL(text))
  } catch (error) {
    // A name that cannot be resolved now is the source's own trouble, and is told there.
    if (!(error instanceof AddressRefused)) return
    try {
      await writeAllowedOrigins(api, [...(await allowedOrigins(client)), origin])
    } catch (refused) {
      if (isReason(refused, 'Forbidden')) throw new StatusError('Forbidden', error.message)
      throw refused
    }
  }
}
