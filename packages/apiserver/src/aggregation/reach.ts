import { type RequestOptions, request } from 'node:https'
import { StatusError } from '@sampan/resources/errors'
import type { UserInfo } from '../auth/interfaces.ts'
import type { Pair } from '../auth/issue.ts'
import type { Objects } from '../objects.ts'
import { serviceTarget } from '../streams/proxy-target.ts'
import type { Remote } from './remotes.ts'

/** How to reach a server behind this one: an endpoint of its Service, known by our certificate and knowing us by its own. */
export function connectionTo({ service }: Remote, objects: Objects, client: Pair): RequestOptions {
  const { spec } = service
  const { namespace = '', name = '', port = 443 } = spec!.service!
  const target = serviceTarget(objects, namespace, { secure: true, name, port: String(port) }, Math.random)
  return {
    host: target.host,
    port: target.port,
    servername: `${name}.${namespace}.svc`,
    cert: client.cert,
    key: client.key,
    ...(spec!.insecureSkipTLSVerify
      ? { rejectUnauthorized: false }
      : spec!.caBundle && { ca: Buffer.from(spec!.caBundle, 'base64').toString() }),
    agent: false,
  }
}

/** Who is calling, in the headers a server behind this one trusts because of our certificate. */
export function identityHeaders({ name, uid, groups, extra = {} }: UserInfo): Record<string, string | string[]> {
  return {
    'x-remote-user': name,
    ...(uid && { 'x-remote-uid': uid }),
    'x-remote-group': [...groups],
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `x-remote-extra-${encodeURIComponent(key).toLowerCase()}`,
        values.map((one) => one.replace(/[\r\n]/g, ' ')),
      ]),
    ),
  }
}

const maxDocument = 32 << 20

/** A document of a server behind this one, as this server itself. Throws when it does not answer 200 in time. */
export function fetchFrom(
  remote: Remote,
  path: string,
  {
    objects,
    client,
    user,
    accept = 'application/json',
  }: { objects: Objects; client: Pair; user: UserInfo; accept?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...connectionTo(remote, objects, client),
        path,
        headers: { ...identityHeaders(user), accept },
        signal: AbortSignal.timeout(6_000),
      },
      (answer) => {
        const pieces: Buffer[] = []
        let size = 0
        answer.on('data', (piece: Buffer) => {
          size += piece.length
          if (size > maxDocument) answer.destroy(new Error('the answer is too large'))
          else pieces.push(piece)
        })
        answer.on('error', reject)
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(Buffer.concat(pieces).toString())
          else reject(new Error(`bad status from ${path}: ${answer.statusCode}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

export const unavailable = (why = 'service unavailable', options?: ErrorOptions) =>
  new StatusError('ServiceUnavailable', why, undefined, options)
