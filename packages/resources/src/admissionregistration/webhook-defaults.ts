import { each, fill } from '../fill.ts'
import type { LabelSelector } from '../meta.ts'

interface Rule {
  scope?: string
}

interface Webhook {
  failurePolicy?: string
  matchPolicy?: string
  timeoutSeconds?: number
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  clientConfig?: { service?: { port?: number } }
  rules?: Rule[]
}

interface Match {
  matchPolicy?: string
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  resourceRules?: Rule[]
  excludeResourceRules?: Rule[]
}

/** What validating and mutating webhooks share. */
export function defaultWebhook(webhook: Webhook): void {
  fill(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    timeoutSeconds: 10,
    namespaceSelector: {},
    objectSelector: {},
  })
  if (webhook.clientConfig?.service) fill(webhook.clientConfig.service, { port: 443 })
  defaultRules(webhook.rules)
}

/** What validating and mutating policies share. */
export function defaultPolicy(spec: { failurePolicy?: string; matchConstraints?: Match }): void {
  fill(spec, { failurePolicy: 'Fail' })
  if (spec.matchConstraints) defaultMatch(spec.matchConstraints)
}

export function defaultMatch(match: Match): void {
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  defaultRules(match.resourceRules)
  defaultRules(match.excludeResourceRules)
}

function defaultRules(rules: Rule[] | undefined): void {
  for (const rule of each(rules)) fill(rule, { scope: '*' })
}
