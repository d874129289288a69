import { type LabelSelectorLike, selects } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Admitted } from '../interfaces.ts'

/** One webhook of a Mutating- or ValidatingWebhookConfiguration (admissionregistration.k8s.io/v1). */
export interface Webhook {
  name: string
  clientConfig: {
    url?: string
    service?: { namespace: string; name: string; path?: string; port?: number }
    /** PEM, base64. */
    caBundle?: string
  }
  rules?: {
    operations?: string[]
    apiGroups?: string[]
    apiVersions?: string[]
    resources?: string[]
    scope?: string
  }[]
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

/** Whether a webhook wants to see a write. */
export function wants(webhook: Webhook, write: Admitted): boolean {
  return (
    (webhook.rules ?? []).some((rule) => ruleMatches(rule, write)) &&
    namespaceMatches(webhook.namespaceSelector, write) &&
    objectMatches(webhook.objectSelector, write)
  )
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value))

function ruleMatches(rule: NonNullable<Webhook['rules']>[number], { definition, operation, subresource }: Admitted) {
  const { scope = '*' } = rule
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, definition.group) &&
    has(rule.apiVersions, definition.version) &&
    (scope === '*' || scope === definition.scope) &&
    (rule.resources ?? []).some((one) => resourceMatches(one, definition.plural, subresource))
  )
}

/** `pods`, `pods/exec`, `pods/*`, `*` (no subresources), any kind with `/scale` or `/*`. */
function resourceMatches(pattern: string, plural: string, subresource: string | undefined): boolean {
  const [resource, below] = pattern.split('/') as [string, string | undefined]
  if (resource !== '*' && resource !== plural) return false
  if (below === undefined) return subresource === undefined
  return below === '*' ? resource === '*' || subresource !== undefined : below === subresource
}

function namespaceMatches(selector: LabelSelectorLike | undefined, write: Admitted): boolean {
  if (!selector || isEmpty(selector)) return true
  const isNamespace = write.definition.group === '' && write.definition.plural === 'namespaces'
  const found = isNamespace
    ? (write.object ?? write.old)
    : write.namespace
      ? write.objects.get({ group: '', plural: 'namespaces' }, write.namespace)
      : undefined
  if (!found) return !write.namespace
  return selects(selector, found.metadata.labels)
}

function objectMatches(selector: LabelSelectorLike | undefined, { object, old }: Admitted): boolean {
  if (!selector || isEmpty(selector)) return true
  return [object, old].some((one) => one && selects(selector, one.metadata?.labels))
}

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelectorLike) =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0

/** Webhook configurations and policies are never sent to webhooks: a bad one could not be mended. */
export const isExempt = ({ definition }: Admitted) => definition.group === 'admissionregistration.k8s.io'
