import { dnsSubdomainProblems } from '@sampan/kit/names'
import { between, notNegative, oneOf, type Problems } from '../check.ts'
import { forbiddenField, invalidValue, required } from '../problem.ts'
import type { FlowSchema } from './flow-schema.ts'
import type { PriorityLevelConfiguration } from './priority-level-configuration.ts'

type Rules = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number]

export function* flowSchemaProblems({ spec }: FlowSchema): Problems {
  if (!spec) return
  const { matchingPrecedence, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec
  if (matchingPrecedence !== undefined && (matchingPrecedence <= 0 || matchingPrecedence > 10_000))
    yield invalidValue(
      'spec.matchingPrecedence',
      matchingPrecedence,
      matchingPrecedence <= 0 ? 'must be a positive value' : 'must not be greater than 10000',
    )
  if (distinguisherMethod)
    yield* oneOf('spec.distinguisherMethod.type', distinguisherMethod.type, ['ByNamespace', 'ByUser'])
  const name = priorityLevelConfiguration?.name
  if (name)
    for (const why of dnsSubdomainProblems(name)) yield invalidValue('spec.priorityLevelConfiguration.name', name, why)
  else yield required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
  for (const [index, rule] of rules.entries()) yield* ruleProblems(`spec.rules[${index}]`, rule)
}

const verbs = ['*', 'create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

function* ruleProblems(at: string, { subjects, resourceRules, nonResourceRules }: Rules): Problems {
  if (!subjects?.length) yield required(`${at}.subjects`, 'subjects must contain at least one value')
  for (const [index, { kind, user, group, serviceAccount }] of (subjects ?? []).entries()) {
    const here = `${at}.subjects[${index}]`
    yield* oneOf(`${here}.kind`, kind, ['Group', 'ServiceAccount', 'User'])
    const wanted = { User: user, Group: group, ServiceAccount: serviceAccount }
    for (const [name, value] of Object.entries(wanted)) {
      const field = `${here}.${name[0]!.toLowerCase()}${name.slice(1)}`
      if (kind === name && !value)
        yield required(field, `${field.split('.').at(-1)} is required when subject kind is '${name}'`)
      if (kind !== name && value)
        yield forbiddenField(field, `${field.split('.').at(-1)} is forbidden when subject kind is not '${name}'`)
    }
    if (kind === 'User' && user && !user.name) yield required(`${here}.user.name`)
    if (kind === 'Group' && group && !group.name) yield required(`${here}.group.name`)
    if (kind === 'ServiceAccount' && serviceAccount) {
      if (!serviceAccount.name) yield required(`${here}.serviceAccount.name`)
      if (!serviceAccount.namespace)
        yield required(`${here}.serviceAccount.namespace`, 'must specify namespace for service account')
    }
  }
  if (!resourceRules?.length && !nonResourceRules?.length)
    yield required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  for (const [index, rule] of (resourceRules ?? []).entries()) {
    const here = `${at}.resourceRules[${index}]`
    yield* listed(`${here}.verbs`, rule.verbs, verbs)
    yield* listed(`${here}.apiGroups`, rule.apiGroups)
    yield* listed(`${here}.resources`, rule.resources)
    if (!rule.namespaces?.length && !rule.clusterScope)
      yield required(
        `${here}.namespaces`,
        'resource rules that are not cluster scoped must supply at least one namespace',
      )
  }
  for (const [index, rule] of (nonResourceRules ?? []).entries()) {
    const here = `${at}.nonResourceRules[${index}]`
    yield* listed(`${here}.verbs`, rule.verbs)
    yield* listed(`${here}.nonResourceURLs`, rule.nonResourceURLs)
    for (const [place, url] of (rule.nonResourceURLs ?? []).entries())
      if (url !== '*' && !url.startsWith('/'))
        yield invalidValue(`${here}.nonResourceURLs[${place}]`, url, "must start with '/'")
  }
}

function* listed(at: string, values: readonly string[] | undefined, supported?: readonly string[]): Problems {
  if (!values?.length) yield required(at)
  else if (values.includes('*') && values.length > 1)
    yield invalidValue(at, values, "if '*' is present, must not specify other values")
  if (supported)
    for (const [index, value] of (values ?? []).entries()) yield* oneOf(`${at}[${index}]`, value, supported)
}

export function* priorityLevelProblems({ spec, metadata }: PriorityLevelConfiguration): Problems {
  if (!spec) return
  const { type, limited, exempt } = spec
  yield* oneOf('spec.type', type, ['Exempt', 'Limited'])
  if (metadata.name === 'exempt' && type !== 'Exempt')
    yield invalidValue('spec.type', type, 'must be \'Exempt\' for the mandatory priority level "exempt"')
  if (type === 'Exempt') {
    if (limited) yield forbiddenField('spec.limited', 'must be nil if the type is not Limited')
    yield* notNegative('spec.exempt.nominalConcurrencyShares', exempt?.nominalConcurrencyShares)
    yield* between('spec.exempt.lendablePercent', exempt?.lendablePercent, 0, 100)
  }
  if (type !== 'Limited') return
  if (exempt) yield forbiddenField('spec.exempt', 'must be nil if the type is Limited')
  if (!limited) {
    yield required('spec.limited', 'must not be empty when type is Limited')
    return
  }
  yield* notNegative('spec.limited.nominalConcurrencyShares', limited.nominalConcurrencyShares)
  yield* between('spec.limited.lendablePercent', limited.lendablePercent, 0, 100)
  yield* notNegative('spec.limited.borrowingLimitPercent', limited.borrowingLimitPercent)
  const response = limited.limitResponse
  yield* oneOf('spec.limited.limitResponse.type', response?.type, ['Queue', 'Reject'])
  const at = 'spec.limited.limitResponse.queuing'
  const queuing = response?.queuing
  if (response?.type === 'Reject' && queuing)
    yield forbiddenField(at, 'must be nil if limited.limitResponse.type is not Limited')
  if (response?.type !== 'Queue') return
  if (!queuing) {
    yield required(at, 'must not be empty if limited.limitResponse.type is Limited')
    return
  }
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing
  if (queueLengthLimit <= 0) yield invalidValue(`${at}.queueLengthLimit`, queueLengthLimit, 'must be positive')
  if (queues <= 0) yield invalidValue(`${at}.queues`, queues, 'must be positive')
  else if (queues > 10_000_000) yield invalidValue(`${at}.queues`, queues, 'must not be greater than 10000000')
  if (handSize <= 0) yield invalidValue(`${at}.handSize`, handSize, 'must be positive')
  else if (handSize > queues)
    yield invalidValue(`${at}.handSize`, handSize, `should not be greater than queues (${queues})`)
}
