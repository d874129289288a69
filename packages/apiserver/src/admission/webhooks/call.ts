import { randomUUID } from 'node:crypto'
import { apiVersionOf, type Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { converted } from '../in-version.ts'
import type { Admitted } from '../interfaces.ts'
import { placeOf, post } from './reach.ts'
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

/** Asks a webhook about a write. Throws when it does not answer properly and in time. */
export async function callWebhook(webhook: Webhook, write: Admitted, shown: Definition): Promise<Review> {
  const place = placeOf(webhook.clientConfig, write.objects)
  const uid = randomUUID()
  const seconds = webhook.timeoutSeconds ?? 10
  const version = webhook.admissionReviewVersions?.find((one) => one === 'v1') ?? 'v1'
  const review = {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: { uid, ...(await requestOf(write, shown)) },
  }
  place.url.searchParams.set('timeout', `${seconds}s`)
  const signal = AbortSignal.timeout(seconds * 1000)
  const text = await post(webhook.clientConfig, place, JSON.stringify(review), signal)
  const { kind, response } = JSON.parse(text) as { kind?: string; response?: Review & { uid?: string } }
  if (kind !== 'AdmissionReview' || !response) throw new Error('the webhook did not answer with an AdmissionReview')
  if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${response.uid}"`)
  return response
}

async function requestOf(
  { definition, operation, subresource, namespace, name, object, old, user, dryRun, kinds }: Admitted,
  shown: Definition,
) {
  const about = ({ group, version, kind }: Definition) => ({ group, version, kind })
  const resource = ({ group, version, plural }: Definition) => ({ group, version, resource: plural })
  const whole = async (one: KubeObject | undefined) =>
    one
      ? { apiVersion: apiVersionOf(shown), kind: shown.kind, ...(await converted(one, definition, shown, kinds)) }
      : null
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
    object: operation === 'CONNECT' ? object : await whole(object),
    oldObject: await whole(old),
    dryRun,
    options: null,
  }
}
