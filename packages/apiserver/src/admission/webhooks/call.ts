import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:https'
import { apiVersionOf, type Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { inVersion } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import type { Webhook } from './rules.ts'

export interface Review {
  allowed: boolean
  status?: { code?: number; message?: string; reason?: string }
  /** A JSON patch, base64. */
  patch?: string
  patchType?: string
  warnings?: string[]
  auditAnnotations?: Record<string, string>
}

/** Where a webhook is: its URL, or its Service at the address every pod uses. */
export interface Place {
  url: URL
  /** What its certificate has to be for. */
  serverName: string
}

const maxAnswer = 3 << 20
const agents = new Map<string, Agent>()

/** Throws when the Service is not there. */
export function placeOf({ clientConfig }: Webhook, { objects }: Admitted): Place {
  if (clientConfig.url) {
    const url = new URL(clientConfig.url)
    return { url, serverName: url.hostname }
  }
  const { name, namespace, path = '/', port = 443 } = clientConfig.service!
  const service = objects.get<{ metadata: never; spec?: { clusterIP?: string } }>(
    { group: '', plural: 'services' },
    name,
    namespace,
  )
  const address = service?.spec?.clusterIP
  if (!address || address === 'None') throw new Error(`service "${name}" not found`)
  const url = new URL(`https://${address}:${port}`)
  url.pathname = path
  return { url, serverName: `${name}.${namespace}.svc` }
}

/** Asks a webhook about a write. Throws when it does not answer properly and in time. */
export async function callWebhook(webhook: Webhook, write: Admitted, shown: Definition): Promise<Review> {
  const { url, serverName } = placeOf(webhook, write)
  const uid = randomUUID()
  const seconds = webhook.timeoutSeconds ?? 10
  const version = webhook.admissionReviewVersions?.find((one) => one === 'v1') ?? 'v1'
  const review = {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: { uid, ...requestOf(write, shown) },
  }
  url.searchParams.set('timeout', `${seconds}s`)
  const text = await post(url, serverName, caOf(webhook), JSON.stringify(review), AbortSignal.timeout(seconds * 1000))
  const { kind, response } = JSON.parse(text) as { kind?: string; response?: Review & { uid?: string } }
  if (kind !== 'AdmissionReview' || !response) throw new Error('the webhook did not answer with an AdmissionReview')
  if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${response.uid}"`)
  return response
}

function requestOf(
  { definition, operation, subresource, namespace, name, object, old, user, dryRun }: Admitted,
  shown: Definition,
) {
  const about = ({ group, version, kind }: Definition) => ({ group, version, kind })
  const resource = ({ group, version, plural }: Definition) => ({ group, version, resource: plural })
  const whole = (one: KubeObject | undefined) =>
    one ? { apiVersion: apiVersionOf(shown), kind: shown.kind, ...inVersion(one, definition, shown) } : null
  return {
    kind: about(shown),
    resource: resource(shown),
    ...(subresource && { subResource: subresource, requestSubResource: subresource }),
    requestKind: about(definition),
    requestResource: resource(definition),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && { extra: user.extra }),
    },
    object: operation === 'CONNECT' ? object : whole(object),
    oldObject: whole(old),
    dryRun,
    options: null,
  }
}

const caOf = ({ clientConfig }: Webhook) =>
  clientConfig.caBundle ? Buffer.from(clientConfig.caBundle, 'base64').toString() : undefined

function post(
  url: URL,
  servername: string,
  ca: string | undefined,
  body: string,
  signal: AbortSignal,
): Promise<string> {
  const id = `${url.host} ${servername} ${ca ?? ''}`
  const agent = agents.get(id) ?? new Agent({ keepAlive: true, maxSockets: 16, timeout: 60_000 })
  if (!agents.has(id)) {
    if (agents.size >= 50) agents.clear()
    agents.set(id, agent)
  }
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
    }
    const sent = request(url, { method: 'POST', agent, servername, ...(ca && { ca }), headers, signal }, (answer) => {
      const pieces: Buffer[] = []
      let size = 0
      answer.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > maxAnswer) answer.destroy(new Error('the answer is too large'))
        else pieces.push(piece)
      })
      answer.on('error', reject)
      answer.on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`the server answered ${answer.statusCode}`))
        else resolve(Buffer.concat(pieces).toString())
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
