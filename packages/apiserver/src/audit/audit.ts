import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { originalUser } from '../auth/impersonate.ts'
import type { UserInfo } from '../auth/interfaces.ts'
import { askedIn } from '../dispatch.ts'
import type { Answer, Call } from '../handlers.ts'
import { microTimeText } from '../time-text.ts'
import { type Asked, type Level, levelOf, type Policy } from './policy.ts'

/** How a call ended: its answer, or the switch to a stream. */
export type Outcome = Answer | { status: 101 }

export interface Audit {
  /** Called once the caller is known. What comes back is to be called with the outcome; undefined: nothing is kept. */
  begin(call: Call): ((outcome: Outcome) => void) | undefined
}

/** Bodies of these are never kept, whatever the policy says: they are secrets. */
const secret = new Set(['/secrets', '/serviceaccounts/token', 'authentication.k8s.io/tokenreviews'])

/** Writes one `audit.k8s.io/v1` Event per call, as a line of JSON. */
export function createAudit({
  policy,
  write,
  now = () => new Date(),
}: {
  policy: Policy
  write(line: string): void
  now?: () => Date
}): Audit {
  return {
    begin(call) {
      const { verb, resource } = askedIn(call)
      const asked: Asked = { user: call.user, verb, path: call.path, resource }
      const level = capped(levelOf(policy, asked), asked)
      if (level === 'None') return undefined
      const received = now()
      const sent = level === 'Metadata' ? undefined : rememberBody(call)
      return (outcome) => {
        const actor = originalUser(call.user)
        write(
          JSON.stringify({
            kind: 'Event',
            apiVersion: 'audit.k8s.io/v1',
            level,
            auditID: randomUUID(),
            stage:
              'watch' in outcome || 'stream' in outcome || outcome.status === 101
                ? 'ResponseStarted'
                : 'ResponseComplete',
            requestURI: uriOf(call),
            verb,
            user: shown(actor ?? call.user),
            ...(actor && { impersonatedUser: shown(call.user) }),
            sourceIPs: sourcesOf(call.request),
            userAgent: call.headers['user-agent'],
            ...(resource && {
              objectRef: {
                resource: resource.plural,
                namespace: resource.namespace,
                name: resource.name,
                apiGroup: resource.group || undefined,
                apiVersion: resource.version,
                subresource: resource.subresource,
              },
            }),
            responseStatus: { metadata: {}, code: outcome.status, ...reasonOf(outcome) },
            ...(sent && { requestObject: sent.body }),
            ...(level === 'RequestResponse' && 'object' in outcome && { responseObject: outcome.object }),
            ...(level === 'RequestResponse' && 'json' in outcome && { responseObject: outcome.value() }),
            ...(call.annotations && { annotations: call.annotations }),
            requestReceivedTimestamp: microTimeText(received),
            stageTimestamp: microTimeText(now()),
          }),
        )
      }
    },
  }
}

function capped(level: Level, { resource }: Asked): Level {
  if (!resource || level === 'None') return level
  const { group, plural, subresource } = resource
  return secret.has(`${group}/${plural}${subresource ? `/${subresource}` : ''}`) ? 'Metadata' : level
}

/** Keeps the object the verb reads from the request. */
function rememberBody(call: Call): { body?: unknown } {
  const kept: { body?: unknown } = {}
  const read = call.object
  call.object = async () => {
    const object = await read.call(call)
    kept.body = object && structuredClone(object)
    return object
  }
  return kept
}

/** Arguments of commands are left out: people put secrets in them. */
function uriOf({ path, query, request }: Call): string {
  if (query.size === 0) return path
  if (request?.url && !query.has('command')) return request.url
  const shownQuery = new URLSearchParams(query)
  const count = shownQuery.getAll('command').length
  if (count > 0) shownQuery.set('command', `(${count} words)`)
  return `${path}?${shownQuery}`
}

function reasonOf(outcome: Outcome): { status?: string; reason?: string; message?: string } {
  if (outcome.status < 400 || !('object' in outcome)) return {}
  const { reason, message } = (outcome.object ?? {}) as { reason?: string; message?: string }
  return { status: 'Failure', reason, message }
}

const shown = ({ name, uid, groups, extra }: UserInfo) => ({ username: name, uid, groups, extra })

function sourcesOf(request: IncomingMessage | undefined): string[] {
  const address = request?.socket.remoteAddress
  const header = request?.headers['x-forwarded-for']
  if (!header) return address ? [address] : []
  const forwarded = String(header).split(',')
  return [...forwarded.map((one) => one.trim()), address ?? ''].filter(Boolean)
}
