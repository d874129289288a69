import type { LabelSelectorLike } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { MatchRule } from '../matching.ts'

/** One webhook of a Mutating- or ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1). */
export interface Webhook {
  name: string
  clientConfig: {
    url?: string
    service?: { namespace: string; name: string; path?: string; port?: number }
    /** PEM, base64. */
    caBundle?: string
  }
  rules?: MatchRule[]
  matchPolicy?: string
  failurePolicy?: string
  namespaceSelector?: LabelSelectorLike
  objectSelector?: LabelSelectorLike
  sideEffects?: string
  timeoutSeconds?: number
  admissionReviewVersions?: string[]
  reinvocationPolicy?: string
  matchConditions?: { name: string; expression: string }[]
}

export interface WebhookConfiguration extends KubeObject {
  webhooks?: Webhook[]
}
