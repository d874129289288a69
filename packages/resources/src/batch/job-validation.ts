import { jsonEqual } from '@sampan/kit/json-equal'
import { dnsSubdomainProblems } from '@sampan/kit/names'
import { selects } from '@sampan/kit/selectors'
import {
  immutable,
  isSoundSelector,
  labelSelector,
  largestInt32,
  notNegative,
  oneOf,
  optionalOneOf,
  type Problems,
} from '../check.ts'
import { podTemplateProblems } from '../core/pod-validation.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong } from '../problem.ts'
import type { CronJob } from './cron-job.ts'
import { cronProblem } from './cron-schedule.ts'
import type { Job } from './job.ts'
import { jobLabels } from './job-identity.ts'

type Spec = Job['spec']

export function* jobProblems(one: Job, old?: Job, subresource?: string): Problems {
  if (subresource === 'status' || (old && jsonEqual(one.spec, old.spec))) return
  const { spec } = one
  yield* jobSpecProblems('spec', spec)
  if (!spec.selector) yield required('spec.selector')
  else {
    yield* labelSelector('spec.selector', spec.selector)
    const labels = spec.template?.metadata?.labels
    if (!spec.manualSelector && labels?.[jobLabels.uid] !== one.metadata.uid)
      yield invalidValue(
        'spec.template.metadata.labels',
        labels ?? null,
        `must be '${one.metadata.uid}'; \`selector\` is made by the server unless \`manualSelector\` is true`,
      )
    if (isSoundSelector(spec.selector) && !selects(spec.selector, labels))
      yield invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')
  }
  if (old) yield* updateProblems(spec, old.spec)
}

export function* jobSpecProblems(at: string, spec: Spec | undefined): Problems {
  if (!spec) {
    yield required(`${at}.template`)
    return
  }
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const)
    yield* notNegative(`${at}.${field}`, spec[field])
  yield* optionalOneOf(`${at}.completionMode`, spec.completionMode, ['NonIndexed', 'Indexed'])
  if (spec.completionMode === 'Indexed') {
    if (spec.completions === undefined) yield required(`${at}.completions`, 'when completion mode is Indexed')
    if ((spec.parallelism ?? 0) > 100000)
      yield invalidValue(
        `${at}.parallelism`,
        spec.parallelism,
        'must be less than or equal to 100000 when completion mode is Indexed',
      )
  } else
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
      if (spec[field] !== undefined)
        yield invalidValue(`${at}.${field}`, spec[field], 'requires indexed completion mode')
  yield* podTemplateProblems(`${at}.template`, spec.template)
  const policy = spec.template?.spec?.restartPolicy
  if (policy === 'Always') yield required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')
  else if (policy && policy !== 'OnFailure' && policy !== 'Never')
    yield notSupported(`${at}.template.spec.restartPolicy`, policy, ['Never', 'OnFailure'])
  if (spec.successPolicy) yield* successPolicyProblems(`${at}.successPolicy`, spec)
  if (spec.managedBy !== undefined) {
    if (!/^[^/]+\/.+$/.test(spec.managedBy) || dnsSubdomainProblems(spec.managedBy.split('/')[0]!).length > 0)
      yield invalidValue(`${at}.managedBy`, spec.managedBy, 'must be a domain-prefixed path (such as "acme.io/foo")')
    if (spec.managedBy.length > 63) yield tooLong(`${at}.managedBy`, 63)
  }
  if (spec.podFailurePolicy) {
    yield* failurePolicyProblems(`${at}.podFailurePolicy`, spec)
    if (spec.podReplacementPolicy === 'TerminatingOrFailed')
      yield notSupported(`${at}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed'])
  } else
    yield* optionalOneOf(`${at}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed'])
}

const mostRules = 20

/** When the work is done before all of it is: after so many indexes, or after some. */
function* successPolicyProblems(at: string, { successPolicy, completionMode, completions = 0 }: Spec): Problems {
  if (completionMode !== 'Indexed') {
    yield invalidValue(at, successPolicy, 'requires indexed completion mode')
    return
  }
  const rules = successPolicy?.rules ?? []
  if (rules.length === 0)
    yield required(`${at}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > mostRules)
    yield {
      reason: 'FieldValueTooMany',
      field: `${at}.rules`,
      message: `Too many: ${rules.length}: must have at most ${mostRules} items`,
    }
  for (const [index, { succeededCount, succeededIndexes }] of rules.entries()) {
    const here = `${at}.rules[${index}]`
    if (succeededCount === undefined && succeededIndexes === undefined)
      yield required(here, 'at least one of succeededCount or succeededIndexes must be specified')
    let most = completions
    if (succeededIndexes !== undefined) {
      const counted = countOf(succeededIndexes, completions)
      if (typeof counted === 'string')
        yield invalidValue(`${here}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${counted}`)
      else most = counted
    }
    yield* notNegative(`${here}.succeededCount`, succeededCount)
    if (succeededCount !== undefined && succeededCount > most)
      yield invalidValue(
        `${here}.succeededCount`,
        succeededCount,
        succeededIndexes === undefined
          ? `must be less than or equal to ${completions} (the number of specified completions)`
          : `must be less than or equal to ${most} (the number of indexes in the specified succeededIndexes field)`,
      )
  }
}

/** How many indexes `0,2-4` names, or what is wrong with it. */
function countOf(text: string, completions: number): number | string {
  let last = -1
  let count = 0
  for (const interval of text.split(',')) {
    const limits = interval.split('-')
    if (limits.length > 2)
      return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`
    const [from = Number.NaN, to = from] = limits.map((one) => (/^\d+$/.test(one) ? Number(one) : Number.NaN))
    if (Number.isNaN(from) || Number.isNaN(to))
      return `cannot convert string to integer for index: "${limits[Number.isNaN(from) ? 0 : 1]}"`
    if (from >= completions || to >= completions) return `too large index: "${limits[from >= completions ? 0 : 1]}"`
    if (limits.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`
    if (from <= last) return `non-increasing order, previous: ${last}, current: ${from}`
    count += to - from + 1
    last = to
  }
  return count
}

function* failurePolicyProblems(at: string, spec: Spec): Problems {
  if (spec.template?.spec?.restartPolicy !== 'Never')
    yield invalidValue(
      at.replace('.podFailurePolicy', '.template.spec.restartPolicy'),
      spec.template?.spec?.restartPolicy,
      'only "Never" is supported when podFailurePolicy is specified',
    )
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const here = `${at}.rules[${index}]`
    yield* oneOf(`${here}.action`, rule.action, ['Count', 'FailIndex', 'FailJob', 'Ignore'])
    if (rule.onExitCodes && rule.onPodConditions?.length)
      yield invalidValue(here, rule, 'specifying both OnExitCodes and OnPodConditions is not supported')
    if (!rule.onExitCodes && !rule.onPodConditions?.length)
      yield invalidValue(here, rule, 'specifying one of OnExitCodes and OnPodConditions is required')
    if (!rule.onExitCodes) continue
    yield* oneOf(`${here}.onExitCodes.operator`, rule.onExitCodes.operator, ['In', 'NotIn'])
    if (!rule.onExitCodes.values?.length) yield required(`${here}.onExitCodes.values`)
    const values = rule.onExitCodes.values ?? []
    for (const [place, value] of values.entries()) {
      if (value === 0 && rule.onExitCodes.operator === 'In')
        yield invalidValue(`${here}.onExitCodes.values[${place}]`, value, 'must not be 0 for the In operator')
      if (values.indexOf(value) < place) yield duplicate(`${here}.onExitCodes.values[${place}]`, value)
    }
    if (values.some((value, place) => place > 0 && value < values[place - 1]!))
      yield invalidValue(`${here}.onExitCodes.values`, values, 'must be ordered')
  }
}

function* updateProblems(spec: Spec, old: Spec): Problems {
  if (spec.completionMode !== 'Indexed') yield* immutable('spec.completions', spec.completions, old.completions)
  yield* immutable('spec.selector', spec.selector, old.selector)
  yield* immutable('spec.completionMode', spec.completionMode, old.completionMode)
  yield* immutable('spec.podFailurePolicy', spec.podFailurePolicy, old.podFailurePolicy)
  yield* immutable('spec.backoffLimitPerIndex', spec.backoffLimitPerIndex, old.backoffLimitPerIndex)
  yield* immutable('spec.successPolicy', spec.successPolicy, old.successPolicy)
  // A suspended job has no pods yet, so where they will run may still be decided.
  const [next, was] = old.suspend ? [steerable(spec.template), steerable(old.template)] : [spec.template, old.template]
  if (!jsonEqual(next, was)) yield invalidValue('spec.template', '<not shown>', 'field is immutable')
}

function steerable(template: Spec['template']): unknown {
  const {
    nodeSelector: _a,
    tolerations: _b,
    schedulingGates: _c,
    affinity: _d,
    ...spec
  } = template?.spec ?? { containers: [] }
  const { labels: _l, annotations: _m, ...metadata } = template?.metadata ?? {}
  return {
    ...template,
    metadata,
    spec: { ...spec, containers: (spec.containers ?? []).map(({ resources: _, ...one }) => one) },
  }
}

export function* cronJobProblems(one: CronJob, old?: CronJob, subresource?: string): Problems {
  if (subresource === 'status' || (old && jsonEqual(one.spec, old.spec))) return
  const { spec, metadata } = one
  if (!old && metadata.name && metadata.name.length > 52)
    yield invalidValue('metadata.name', metadata.name, 'must be no more than 52 characters')
  if (!spec.schedule) yield required('spec.schedule')
  else {
    const why = cronProblem(spec.schedule)
    if (why) yield invalidValue('spec.schedule', spec.schedule, why)
    else if (spec.schedule.includes('TZ'))
      yield invalidValue(
        'spec.schedule',
        spec.schedule,
        'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      )
  }
  if (spec.timeZone === '') yield invalidValue('spec.timeZone', '', 'timeZone must be nil or non-empty string')
  else if (spec.timeZone?.toLowerCase() === 'local')
    yield invalidValue(
      'spec.timeZone',
      spec.timeZone,
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    )
  else if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone))
    yield invalidValue('spec.timeZone', spec.timeZone, `unknown time zone ${spec.timeZone}`)
  yield* oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    yield* notNegative(`spec.${field}`, spec[field])
  const template = spec.jobTemplate?.spec
  if (template?.manualSelector)
    yield notSupported('spec.jobTemplate.spec.manualSelector', template.manualSelector, ['nil', 'false'])
  if (template?.selector)
    yield invalidValue('spec.jobTemplate.spec.selector', template.selector, '`selector` will be auto-generated')
  if ((template?.parallelism ?? 0) > largestInt32)
    yield forbiddenField('spec.jobTemplate.spec.parallelism', 'too large')
  yield* jobSpecProblems('spec.jobTemplate.spec', template)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
