import { qualifiedNameProblems } from '@sampan/kit/names'
import { compareQuantities, findQuantity, formatQuantity } from '@sampan/kit/quantity'
import { immutable, named, oneOf, optionalName, type Problems, quantity } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import type { LimitRange } from './limit-range.ts'
import type { ResourceQuota } from './resource-quota.ts'

const counted = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
])
const measured = /^((requests|limits)\.)?(cpu|memory|ephemeral-storage|storage|hugepages-.+)$/

export function* quotaProblems({ spec }: ResourceQuota, old?: ResourceQuota): Problems {
  for (const [name, value] of Object.entries(spec?.hard ?? {})) {
    const at = `spec.hard[${name}]`
    yield* optionalName(at, name, qualifiedNameProblems)
    if (!name.includes('/') && !counted.has(name) && !measured.test(name))
      yield invalidValue(at, name, 'must be a standard resource for quota')
    yield* quantity(at, value)
    const found = findQuantity(value)
    if (found && (counted.has(name) || name.startsWith('count/')) && found.nanos % 1_000_000_000n !== 0n)
      yield invalidValue(at, value, 'must be an integer')
  }
  yield* scopeProblems(spec ?? {})
  if (old) yield* immutable('spec.scopes', spec?.scopes, old.spec?.scopes)
}

type Spec = NonNullable<ResourceQuota['spec']>

const computed = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'])
const ofPods = (resource: string) => resource === 'pods' || computed.has(resource)
const ofClaims = (resource: string) => resource === 'persistentvolumeclaims' || resource === 'requests.storage'

/** What each scope can limit, and whether it is only ever there or not. */
const scopes: Readonly<Record<string, { limits: (resource: string) => boolean; only?: 'Exists' }>> = {
  Terminating: { limits: ofPods, only: 'Exists' },
  NotTerminating: { limits: ofPods, only: 'Exists' },
  BestEffort: { limits: (resource) => resource === 'pods', only: 'Exists' },
  NotBestEffort: { limits: ofPods, only: 'Exists' },
  CrossNamespacePodAffinity: { limits: ofPods, only: 'Exists' },
  PriorityClass: { limits: ofPods },
  VolumeAttributesClass: { limits: ofClaims },
}
const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function* scopeProblems(spec: Spec): Problems {
  const plain = spec.scopes ?? []
  const selected = spec.scopeSelector?.matchExpressions ?? []
  if (plain.length > 0) yield* setProblems('spec.scopes', plain, spec, plain)
  if (selected.length === 0) return
  const at = 'spec.scopeSelector.matchExpressions'
  yield* setProblems(
    at,
    selected.map(({ scopeName }) => scopeName),
    spec,
    selected,
  )
  for (const [index, { scopeName, operator, values }] of selected.entries()) {
    const here = `${at}[${index}]`
    if (scopes[scopeName]?.only && operator !== 'Exists')
      yield invalidValue(`${here}.operator`, operator, `must be 'Exists' when scope is ${scopeName}`)
    yield* oneOf(`${here}.operator`, operator, ['In', 'NotIn', 'Exists', 'DoesNotExist'])
    const wantsValues = operator === 'In' || operator === 'NotIn'
    if (wantsValues && !values?.length)
      yield required(
        `${here}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      )
    if (!wantsValues && values?.length)
      yield invalidValue(
        `${here}.values`,
        values,
        "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector",
      )
  }
}

function* setProblems(at: string, names: readonly string[], { hard }: Spec, given: unknown): Problems {
  for (const name of new Set(names)) {
    const scope = scopes[name]
    if (!scope) yield invalidValue(at, name, 'unsupported scope')
    else if (Object.keys(hard ?? {}).some((resource) => isPlain(resource) && !scope.limits(resource)))
      yield invalidValue(at, given, 'unsupported scope applied to resource')
  }
  for (const pair of opposites)
    if (pair.every((name) => names.includes(name))) yield invalidValue(at, given, 'conflicting scopes')
}

/** Names of quota's own; others are counted as they are found. */
const isPlain = (resource: string) => counted.has(resource) || measured.test(resource)

export function* limitRangeProblems({ spec }: LimitRange): Problems {
  const types = new Set<string>()
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`
    yield* named(`${at}.type`, item.type, qualifiedNameProblems)
    if (types.has(item.type)) yield duplicate(`${at}.type`, item.type)
    types.add(item.type)
    for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const)
      for (const [name, value] of Object.entries(item[field] ?? {})) yield* quantity(`${at}.${field}[${name}]`, value)
    for (const [name, ratio] of Object.entries(item.maxLimitRequestRatio ?? {})) {
      const found = findQuantity(ratio)
      if (found && found.nanos < 1_000_000_000n)
        yield invalidValue(
          `${at}.maxLimitRequestRatio[${name}]`,
          formatQuantity(found),
          `ratio ${formatQuantity(found)} is less than 1`,
        )
    }
    if (item.type === 'Pod')
      for (const field of ['default', 'defaultRequest'] as const)
        if (Object.keys(item[field] ?? {}).length > 0)
          yield forbiddenField(`${at}.${field}`, `may not be specified when \`type\` is 'Pod'`)
    if (item.type === 'PersistentVolumeClaim' && !item.min?.storage && !item.max?.storage)
      yield required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided')
    yield* orderProblems(at, item)
  }
}

type Item = NonNullable<LimitRange['spec']>['limits'][number]

/** min ≤ defaultRequest ≤ default ≤ max. */
function* orderProblems(at: string, item: Item): Problems {
  const order = ['min', 'defaultRequest', 'default', 'max'] as const
  const words = { min: 'min', defaultRequest: 'default request', default: 'default', max: 'max' }
  for (const [low, lower] of order.entries())
    for (const upper of order.slice(low + 1))
      for (const [name, value] of Object.entries(item[lower] ?? {})) {
        const limit = item[upper]?.[name]
        if (limit === undefined || !findQuantity(limit) || !findQuantity(value)) continue
        if (compareQuantities(value, limit) > 0)
          yield invalidValue(
            `${at}.${lower}[${name}]`,
            value,
            `${words[lower]} value ${value} is greater than ${words[upper]} value ${limit}`,
          )
      }
}
