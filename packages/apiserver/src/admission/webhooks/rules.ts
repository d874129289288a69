import type { LabelSelectorLike } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { MatchRule } from '../matching.ts'
import type { ClientConfig } from './reach.ts'

/** One webhook of a Mutating- or ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1). */
export interface Webhook {
  name: string
  clientConfig: ClientConfig
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
