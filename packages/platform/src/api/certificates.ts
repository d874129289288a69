import { X509Certificate } from 'node:crypto'
import { route } from '@sampan/http/route'
import { type Secret, secret } from '@sampan/resources/core/secret'
import { isReason } from '@sampan/resources/errors'
import { ingress } from '@sampan/resources/networking/ingress'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import type { CertificateRow } from '@sampan/resources/sampan/rows'
import { appLabel } from '../labels.ts'
import { found } from './apps.ts'
import { type ApiContext, all } from './context.ts'

/**
 * The certificates an app's routes are answered with: until when each holds and what is wrong with it. Read by the platform
 * itself, so that who looks at an app learns this without being given the Secret and the key in it.
 */
export const certificateRoutes = (context: ApiContext) => [
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/certificates',
    allow: { verb: 'get', on: app },
    async handle({ params }): Promise<CertificateRow[]> {
      found(context, params)
      const places = all(context, environment, params.project).flatMap(({ status }) => status?.namespace ?? [])
      const labels = `${appLabel}=${params.app}`
      const lists = await Promise.all(places.map((namespace) => context.client.list(ingress, { namespace, labels })))
      const wanted = lists.flatMap(({ items }) =>
        items.flatMap(({ metadata: { namespace = '' }, spec }) =>
          (spec?.tls ?? []).flatMap(({ secretName, hosts = [] }) =>
            secretName ? [{ namespace, name: secretName, hosts }] : [],
          ),
        ),
      )
      return Promise.all(
        wanted.map(async ({ namespace, name, hosts }) => ({
          namespace,
          secret: name,
          ...certificateState(await secretAt(context, { namespace, name }), hosts, context.now()),
        })),
      )
    },
  }),
]

async function secretAt({ client }: ApiContext, place: { namespace: string; name: string }) {
  try {
    return await client.get(secret, place)
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}

/** What the certificate in a Secret is worth for these hosts; its key is not looked at. */
export function certificateState(
  one: Pick<Secret, 'data'> | undefined,
  hosts: readonly string[],
  now: Date,
): Pick<CertificateRow, 'from' | 'to' | 'problem'> {
  if (!one) return { problem: 'missing' }
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(Buffer.from(one.data?.['tls.crt'] ?? '', 'base64'))
  } catch {
    return { problem: 'unreadable' } // whatever is in the Secret is its owner's, and OpenSSL says no more than this
  }
  const { validFromDate, validToDate } = certificate
  const until = { from: validFromDate.toISOString(), to: validToDate.toISOString() }
  if (validToDate < now) return { ...until, problem: 'expired' }
  if (validFromDate > now) return { ...until, problem: 'early' }
  return hosts.every((host) => certificate.checkHost(host)) ? until : { ...until, problem: 'otherHost' }
}
