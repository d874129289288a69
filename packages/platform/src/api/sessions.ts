import type { IncomingMessage } from 'node:http'
import { answer, json } from '@sampan/http/answer'
import { type Caller, route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'
import { project } from '@sampan/resources/sampan/project'
import { object, text } from '@sampan/resources/schema'
import type { Accounts } from '../access/accounts.ts'
import { adminsGroup } from '../config.ts'
import { type ApiContext, all } from './context.ts'

const cookieName = 'sampan-session'
const sessionMs = 7 * 24 * 3600_000

/** Who sends a request: bearer token, name and password, or the cookie of a session. Throws Unauthorized for bad ones. */
export const identify =
  ({ byToken, byPassword }: Pick<Accounts, 'byToken' | 'byPassword'>) =>
  async ({ headers }: Pick<IncomingMessage, 'headers'>): Promise<Caller | undefined> => {
    const [scheme, credentials = ''] = headers.authorization?.split(' ', 2) ?? []
    if (scheme?.toLowerCase() === 'bearer') {
      return {
        ...((await byToken(credentials)) ?? unknown('This token is not valid any more: sign in again.')),
        via: 'token',
      }
    }
    if (scheme?.toLowerCase() === 'basic') {
      const given = Buffer.from(credentials, 'base64').toString()
      const colon = given.indexOf(':')
      const found = colon < 0 ? undefined : await byPassword(given.slice(0, colon), given.slice(colon + 1))
      return { ...(found ?? unknown(wrong)), via: 'password' }
    }
    const token = cookieFrom(headers.cookie)
    if (!token) return undefined
    const found = await byToken(token)
    // A session that ran out is no session; the login page must still open.
    return found && { ...found, via: 'cookie' }
  }

/** The token a request comes with, good or not: as bearer, as password or as the cookie of a session. */
export function tokenIn({ authorization, cookie }: IncomingMessage['headers']): string | undefined {
  const [scheme, credentials = ''] = authorization?.split(' ', 2) ?? []
  if (scheme?.toLowerCase() === 'bearer') return credentials
  if (scheme?.toLowerCase() !== 'basic') return cookieFrom(cookie)
  return /^[^:]*:(spt_.*)$/.exec(Buffer.from(credentials, 'base64').toString())?.[1]
}

const wrong = 'Wrong name or password.'

function unknown(message: string): never {
  throw new StatusError('Unauthorized', message)
}

export const cookieFrom = (header: string | undefined): string | undefined =>
  header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1)

const cookie = (value: string, seconds: number) =>
  `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`

export function sessionRoutes(context: ApiContext) {
  const { accounts, now } = context
  return [
    route({
      method: 'POST',
      path: '/api/login',
      allow: { anyone: 'signing in is how one becomes somebody; wrong passwords are slowed down' },
      body: object({ user: text({ minLength: 1 }), password: text({ minLength: 1 }) }),
      async handle({ body: { user, password } }) {
        const who = await accounts.byPassword(user, password)
        if (!who)
          return unknown(
            `${wrong} The first administrator's password is in the file admin-password of the installation.`,
          )
        const expiresAt = now().getTime() + sessionMs
        const { token } = await accounts.issue({ user: who.name, use: 'session', title: 'login', expiresAt })
        return json(
          { token, user: { name: who.name, groups: who.groups }, expires: new Date(expiresAt).toISOString() },
          { headers: { 'set-cookie': cookie(token, sessionMs / 1000) } },
        )
      },
    }),
    route({
      method: 'POST',
      path: '/api/logout',
      allow: 'signed-in',
      async handle({ request }) {
        const token = tokenIn(request.headers)
        if (token) await accounts.revoke(token)
        return answer({ status: 204, headers: { 'set-cookie': cookie('', 0) } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/me',
      allow: 'signed-in',
      handle: ({ user }) => ({ name: user.name, groups: user.groups, projects: rolesOf(context, user) }),
    }),
  ]
}

/** The projects a user belongs to; administrators own all of them. */
export const rolesOf = (context: Pick<ApiContext, 'caches'>, user: Pick<Caller, 'name' | 'groups'>) =>
  all(context, project)
    .flatMap((one) => {
      const role = user.groups.includes(adminsGroup)
        ? 'owner'
        : one.spec.members?.find((member) => member.user === user.name)?.role
      return role ? [{ name: one.metadata.name, role }] : []
    })
    .toSorted((a, b) => a.name.localeCompare(b.name))
