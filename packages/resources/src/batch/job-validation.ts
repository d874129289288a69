import { jsonEqual } from '@sampan/kit/json-equal'
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
import { forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
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
  if (spec.podFailurePolicy) {
    yield* failurePolicyProblems(`${at}.podFailurePolicy`, spec)
    if (spec.podReplacementPolicy === 'TerminatingOrFailed')
      yield notSupported(`${at}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed'])
  } else
    yield* optionalOneOf(`${at}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed'])
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
    if (rule.onExitCodes.operator === 'In' && rule.onExitCodes.values?.includes(0))
      yield invalidValue(`${here}.onExitCodes.values`, 0, 'must not be 0 for the In operator')
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
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone))
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
  if (name === '' || name.toLowerCase() === 'local') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
