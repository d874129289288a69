import { dnsSubdomainProblems } from '@sampan/kit/names'
import { between, labelSelector, named, oneOf, type Problems } from '../check.ts'
import { duplicate, invalidValue, required } from '../problem.ts'

interface Rule {
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
}

interface Webhook {
  name: string
  rules?: Rule[]
  failurePolicy?: string
  matchPolicy?: string
  sideEffects?: string
  timeoutSeconds?: number
  admissionReviewVersions?: string[]
  namespaceSelector?: Parameters<typeof labelSelector>[1]
  objectSelector?: Parameters<typeof labelSelector>[1]
  clientConfig?: { url?: string; service?: { namespace?: string; name?: string; path?: string; port?: number } }
}

/** What validating and mutating webhooks share. */
export function* webhooksProblems(webhooks: Webhook[] | undefined): Problems {
  const seen = new Set<string>()
  for (const [index, webhook] of (webhooks ?? []).entries()) {
    const at = `webhooks[${index}]`
    yield* named(`${at}.name`, webhook.name, qualifiedHookProblems)
    if (webhook.name && seen.has(webhook.name)) yield duplicate(`${at}.name`, webhook.name)
    seen.add(webhook.name)
    yield* rulesProblems(`${at}.rules`, webhook.rules)
    yield* oneOf(`${at}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore'])
    yield* oneOf(`${at}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact'])
    yield* oneOf(`${at}.sideEffects`, webhook.sideEffects, ['None', 'NoneOnDryRun'])
    if (webhook.timeoutSeconds !== undefined && (webhook.timeoutSeconds < 1 || webhook.timeoutSeconds > 30))
      yield invalidValue(
        `${at}.timeoutSeconds`,
        webhook.timeoutSeconds,
        'the timeout value must be between 1 and 30 seconds',
      )
    if (!webhook.admissionReviewVersions?.length)
      yield required(`${at}.admissionReviewVersions`, 'must specify one of v1, v1beta1')
    else if (!webhook.admissionReviewVersions.some((version) => version === 'v1' || version === 'v1beta1'))
      yield invalidValue(
        `${at}.admissionReviewVersions`,
        webhook.admissionReviewVersions,
        'must include at least one of v1, v1beta1',
      )
    yield* labelSelector(`${at}.namespaceSelector`, webhook.namespaceSelector)
    yield* labelSelector(`${at}.objectSelector`, webhook.objectSelector)
    yield* clientProblems(`${at}.clientConfig`, webhook.clientConfig)
  }
}

const qualifiedHookProblems = (name: string) =>
  dnsSubdomainProblems(name).length > 0
    ? dnsSubdomainProblems(name)
    : name.split('.').length < 3
      ? ['should be a domain with at least three segments separated by dots']
      : []

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']

function* rulesProblems(at: string, rules: Rule[] | undefined): Problems {
  for (const [index, rule] of (rules ?? []).entries()) {
    const here = `${at}[${index}]`
    for (const field of ['operations', 'apiGroups', 'apiVersions', 'resources'] as const)
      if (!rule[field]?.length) yield required(`${here}.${field}`)
    for (const [place, operation] of (rule.operations ?? []).entries())
      yield* oneOf(`${here}.operations[${place}]`, operation, operations)
    if ((rule.operations?.length ?? 0) > 1 && rule.operations?.includes('*'))
      yield invalidValue(`${here}.operations`, rule.operations, "if '*' is present, must not specify other operations")
    yield* oneOf(`${here}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced'])
  }
}

function* clientProblems(at: string, config: Webhook['clientConfig']): Problems {
  if (!config?.url === !config?.service) {
    yield required(at, 'exactly one of url or service is required')
    return
  }
  if (config?.url && !config.url.startsWith('https://'))
    yield invalidValue(`${at}.url`, config.url, "'https' is the only allowed URL scheme")
  if (config?.service) {
    if (!config.service.namespace) yield required(`${at}.service.namespace`)
    if (!config.service.name) yield required(`${at}.service.name`)
    if (config.service.path && !config.service.path.startsWith('/'))
      yield invalidValue(`${at}.service.path`, config.service.path, `must start with a '/'`)
    yield* between(`${at}.service.port`, config.service.port, 1, 65535)
  }
}
