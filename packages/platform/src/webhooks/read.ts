import type { IncomingHttpHeaders } from 'node:http'
import { badRequest } from '@sampan/resources/errors'
import type { CodeHost } from '@sampan/resources/sampan/app'
import { type Hook, textAt } from './hook-event.ts'
import { giteaEvent } from './hosts/gitea.ts'
import { githubEvent } from './hosts/github.ts'
import { gitlabEvent } from './hosts/gitlab.ts'
import { gogsEvent } from './hosts/gogs.ts'
import { isSigned } from './signature.ts'

const events = { github: githubEvent, gitlab: gitlabEvent, gitea: giteaEvent, gogs: gogsEvent }

export interface Delivered {
  headers: IncomingHttpHeaders
  /** The body as it came. */
  bytes: Uint8Array
}

/**
 * Which host sends, told by its header. Gitea sends Gogs' and GitHub's headers besides its own and Gogs sends GitHub's:
 * the most particular one counts.
 */
export function hostOf(headers: IncomingHttpHeaders): { host: CodeHost; event: string } | undefined {
  const order = [
    ['gitea', 'x-forgejo-event'],
    ['gitea', 'x-gitea-event'],
    ['gogs', 'x-gogs-event'],
    ['gitlab', 'x-gitlab-event'],
    ['github', 'x-github-event'],
  ] as const
  for (const [host, name] of order) {
    const event = headers[name]
    if (typeof event === 'string' && event !== '') return { host, event: event.slice(0, 100) }
  }
  return undefined
}

/** What a delivery says when it is signed with `secret`; undefined when it is not. Throws BadRequest when it cannot be read. */
export function readHook(given: Delivered, secret: string, now: Date): Hook | undefined {
  const { headers, bytes } = given
  const from = hostOf(headers)
  if (!from) {
    throw badRequest(
      'This is no webhook of GitHub, GitLab, Gitea, Forgejo or Gogs: none of their event headers is there.',
    )
  }
  const isForm = /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
  const text = Buffer.from(bytes).toString('utf8')
  const payload = isForm ? (new URLSearchParams(text).get('payload') ?? '') : text
  if (!isSigned(from.host, { headers, bytes, payload }, secret, now)) return undefined
  const body = parsed(payload)
  return {
    host: from.host,
    delivery: deliveryOf(headers, from.host),
    event: events[from.host](from.event, body),
    cloneUrl: textAt(body, 'repository', 'clone_url') ?? textAt(body, 'project', 'git_http_url'),
    repository: textAt(body, 'repository', 'full_name') ?? textAt(body, 'project', 'path_with_namespace'),
  }
}

function parsed(text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw badRequest(`The payload is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The payload is not a JSON object.')
  }
  return body
}

const deliveryHeaders: Readonly<Record<CodeHost, readonly string[]>> = {
  github: ['x-github-delivery'],
  gitea: ['x-forgejo-delivery', 'x-gitea-delivery'],
  gogs: ['x-gogs-delivery'],
  gitlab: ['idempotency-key', 'x-gitlab-event-uuid', 'webhook-id'],
}

function deliveryOf(headers: IncomingHttpHeaders, host: CodeHost): string | undefined {
  for (const name of deliveryHeaders[host]) {
    const value = headers[name]
    if (typeof value === 'string' && value !== '') return value.slice(0, 200)
  }
  return undefined
}
