import type { IncomingMessage, ServerResponse } from 'node:http'
import { openTicket } from '@sampan/kit/ticket'
import { StatusError } from '@sampan/resources/errors'
import type { Access } from '../access/access.ts'
import { basicFrom } from '../git/basic.ts'
import { grantsFor } from './grant.ts'
import type { RegistryKeys } from './keys.ts'
import { allowedBy, type RobotTicket, robotName } from './robot.ts'
import { type Scope, scopesFrom } from './scope.ts'
import { accessToken, tokenSeconds, tokenService } from './token.ts'

export interface TokenRouteOptions {
  keys: RegistryKeys
  /** Opens the tickets of robots. */
  ticketKey: Uint8Array
  access: Access
  /** Whether the Pipeline `<project>/<name>` runs now. */
  isRunning(pipeline: string): Promise<boolean>
  now: () => Date
}

interface Asked {
  name: string
  password: string
  service: string
  scopes: Scope[]
}

const largestForm = 64 * 1024

/** The registry's token service, docker's protocol: GET with Basic credentials or POST of a form with a password. */
export function tokenRoute({ keys, ticketKey, access, isRunning, now }: TokenRouteOptions) {
  async function grantsTo({
    name,
    password,
    scopes,
  }: Asked): Promise<{ subject: string; granted: Scope[] } | undefined> {
    if (name === robotName) {
      const ticket = openTicket<RobotTicket>(ticketKey, password, { use: 'registry', now: now() })
      if (!ticket || (ticket.pipeline && !(await isRunning(ticket.pipeline)))) return undefined
      const granted = scopes.map((scope) => ({ ...scope, actions: allowedBy(ticket.rights, scope) }))
      return { subject: ticket.subject, granted: granted.filter((scope) => scope.actions.length > 0) }
    }
    const who = await access.byPassword(name, password)
    return who && { subject: who.name, granted: await grantsFor(who, scopes, access) }
  }

  return async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
        .end(JSON.stringify(body))
    const refuse = (status: number, code: string, message: string) =>
      answer(
        status,
        { errors: [{ code, message }] },
        status === 401 ? { 'www-authenticate': `Basic realm="${tokenService}"` } : {},
      )
    try {
      const asked = await askedBy(request)
      if (!asked) return void refuse(401, 'UNAUTHORIZED', 'sign in with a Sampan name and its password or a token')
      if (asked.service !== tokenService) return void refuse(400, 'UNSUPPORTED', `this service is ${tokenService}`)
      const found = await grantsTo(asked)
      if (!found) return void refuse(401, 'UNAUTHORIZED', 'wrong name, password or token')
      const token = accessToken(keys, found.subject, found.granted, now())
      answer(200, { token, access_token: token, expires_in: tokenSeconds, issued_at: now().toISOString() })
    } catch (error) {
      if (error instanceof StatusError && error.code < 500) return void refuse(error.code, 'DENIED', error.message)
      if (error instanceof BadForm) return void refuse(400, 'UNSUPPORTED', error.message)
      throw error
    }
  }
}

class BadForm extends Error {}

/** Throws `BadForm`. Undefined when there are no credentials. */
async function askedBy(request: IncomingMessage): Promise<Asked | undefined> {
  const url = new URL(request.url ?? '', 'http://sampan')
  if (request.method === 'GET') {
    const given = basicFrom(request.headers.authorization)
    const { searchParams } = url
    return (
      given && {
        ...given,
        service: searchParams.get('service') ?? tokenService,
        scopes: scopesFrom(searchParams.getAll('scope')),
      }
    )
  }
  if (request.method !== 'POST') throw new BadForm('use GET or POST')
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > largestForm) throw new BadForm('the form is too long')
  }
  const form = new URLSearchParams(text)
  const grant = form.get('grant_type')
  if (grant !== 'password') throw new BadForm(`grant_type ${grant ?? 'is missing'}: only password is known`)
  const name = form.get('username')
  const password = form.get('password')
  if (!name || !password) return undefined
  return { name, password, service: form.get('service') ?? tokenService, scopes: scopesFrom(form.getAll('scope')) }
}
