import { dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from '@sampan/kit/names'
import { labelSelector, named, needed, oneOf, optionalName, optionalOneOf, type Problems } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Spec = Pod['spec']
type Affinity = NonNullable<Spec['affinity']>
type NodeTerm = NonNullable<
  NonNullable<Affinity['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number]
type PodTerm = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]
type Toleration = NonNullable<Spec['tolerations']>[number]

/** Where a pod may run: tolerations, affinities, spreading. */
export function* schedulingProblems(at: string, spec: Spec): Problems {
  yield* tolerationProblems(`${at}.tolerations`, spec.tolerations)
  yield* affinityProblems(`${at}.affinity`, spec.affinity)
  yield* spreadProblems(`${at}.topologySpreadConstraints`, spec)
  const gates = new Set<string>()
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    for (const why of qualifiedNameProblems(name ?? ''))
      yield invalidValue(`${at}.schedulingGates[${index}]`, name ?? '', why)
    if (gates.has(name)) yield duplicate(`${at}.schedulingGates[${index}]`, name)
    gates.add(name)
  }
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function* tolerationProblems(at: string, tolerations: Toleration[] | undefined): Problems {
  for (const [index, { key, operator, value, effect, tolerationSeconds }] of (tolerations ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* optionalName(`${here}.key`, key, qualifiedNameProblems)
    if (!key && operator !== 'Exists')
      yield invalidValue(
        `${here}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      )
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      yield invalidValue(`${here}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")
    switch (operator ?? '') {
      case '':
      case 'Equal':
        for (const why of labelValueProblems(value ?? '')) yield invalidValue(`${here}.operator`, value, why)
        break
      case 'Exists':
        if (value) yield invalidValue(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'")
        break
      case 'Gt':
      case 'Lt':
        break
      default:
        yield notSupported(`${here}.operator`, operator, ['Equal', 'Exists'])
    }
    if (effect) yield* oneOf(`${here}.effect`, effect, effects)
  }
}

function* affinityProblems(at: string, affinity: Affinity | undefined): Problems {
  const node = affinity?.nodeAffinity
  if (node) {
    const must = node.requiredDuringSchedulingIgnoredDuringExecution
    const here = `${at}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
    if (must && !must.nodeSelectorTerms?.length) yield required(here, 'must have at least one node selector term')
    for (const [index, term] of (must?.nodeSelectorTerms ?? []).entries()) {
      yield* nodeTermProblems(`${here}[${index}]`, term)
      for (const [place, { values = [] }] of (term.matchExpressions ?? []).entries())
        for (const [which, value] of values.entries())
          for (const why of labelValueProblems(value))
            yield invalidValue(`${here}[${index}].matchExpressions[${place}].values[${which}]`, value, why)
    }
    const wished = node.preferredDuringSchedulingIgnoredDuringExecution
    for (const [index, { weight, preference }] of (wished ?? []).entries()) {
      const there = `${at}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      yield* weightProblems(`${there}.weight`, weight)
      yield* nodeTermProblems(`${there}.preference`, preference)
    }
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const one = affinity?.[kind]
    for (const [index, term] of (one?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      yield* podTermProblems(`${at}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, term)
    for (const [index, { weight, podAffinityTerm }] of (
      one?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    ).entries()) {
      const here = `${at}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      yield* weightProblems(`${here}.weight`, weight)
      yield* podTermProblems(`${here}.podAffinityTerm`, podAffinityTerm)
    }
  }
}

function* weightProblems(at: string, weight: number): Problems {
  if (!(weight >= 1 && weight <= 100)) yield invalidValue(at, weight, 'must be in the range 1-100')
}

const nodeOperators = ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn']

export function* nodeTermProblems(at: string, term: NodeTerm | undefined): Problems {
  for (const [index, { key, operator, values = [] }] of (term?.matchExpressions ?? []).entries()) {
    const here = `${at}.matchExpressions[${index}]`
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
      yield required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
      yield forbiddenField(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else if ((operator === 'Gt' || operator === 'Lt') && values.length !== 1)
      yield required(`${here}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
    else if (!nodeOperators.includes(operator))
      yield invalidValue(`${here}.operator`, operator ?? '', 'not a valid selector operator')
    yield* named(`${here}.key`, key, qualifiedNameProblems)
  }
  for (const [index, { key, operator, values = [] }] of (term?.matchFields ?? []).entries()) {
    const here = `${at}.matchFields[${index}]`
    if (key !== 'metadata.name') yield invalidValue(`${here}.key`, key, 'not a valid field selector key')
    if (operator !== 'In' && operator !== 'NotIn')
      yield invalidValue(`${here}.operator`, operator, 'not a valid selector operator')
    else if (values.length !== 1)
      yield required(
        `${here}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      )
    for (const [place, value] of values.entries())
      yield* optionalName(`${here}.values[${place}]`, value, dnsSubdomainProblems)
  }
}

function* podTermProblems(at: string, term: PodTerm | undefined): Problems {
  yield* labelSelector(`${at}.labelSelector`, term?.labelSelector)
  yield* labelSelector(`${at}.namespaceSelector`, term?.namespaceSelector)
  if (!term?.topologyKey) yield required(`${at}.topologyKey`, 'can not be empty')
  else yield* optionalName(`${at}.topologyKey`, term.topologyKey, qualifiedNameProblems)
}

function* spreadProblems(at: string, { topologySpreadConstraints }: Spec): Problems {
  const seen = new Set<string>()
  for (const [index, one] of (topologySpreadConstraints ?? []).entries()) {
    const here = `${at}[${index}]`
    if (!(one.maxSkew > 0)) yield invalidValue(`${here}.maxSkew`, one.maxSkew, 'must be greater than zero')
    yield* needed(`${here}.topologyKey`, one.topologyKey, 'can not be empty')
    yield* oneOf(`${here}.whenUnsatisfiable`, one.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])
    yield* labelSelector(`${here}.labelSelector`, one.labelSelector)
    if (one.topologyKey) yield* optionalName(`${here}.topologyKey`, one.topologyKey, qualifiedNameProblems)
    if (one.minDomains !== undefined) {
      if (one.minDomains <= 0) yield invalidValue(`${here}.minDomains`, one.minDomains, 'must be greater than zero')
      if (one.whenUnsatisfiable !== 'DoNotSchedule')
        yield invalidValue(
          `${here}.minDomains`,
          one.minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${one.whenUnsatisfiable}`,
        )
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      yield* optionalOneOf(`${here}.${field}`, one[field], ['Honor', 'Ignore'])
    yield* matchKeyProblems(`${here}.matchLabelKeys`, one)
    const key = `{${one.topologyKey}, ${one.whenUnsatisfiable}}`
    if (seen.has(key)) yield duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, key)
    seen.add(key)
  }
}

function* matchKeyProblems(
  at: string,
  { matchLabelKeys, labelSelector: selector }: NonNullable<Spec['topologySpreadConstraints']>[number],
): Problems {
  if (!matchLabelKeys?.length) return
  if (!selector) {
    yield forbiddenField(at, 'must not be specified when labelSelector is not set')
    return
  }
  const selected = new Set([
    ...Object.keys(selector.matchLabels ?? {}),
    ...(selector.matchExpressions ?? []).map(({ key }) => key),
  ])
  for (const [index, key] of matchLabelKeys.entries()) {
    yield* optionalName(`${at}[${index}]`, key, qualifiedNameProblems)
    if (selected.has(key)) yield invalidValue(`${at}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')
  }
}
