import { type Controller, controller, index, watch } from '@sampan/control/controller'
import { again, create, event, type Plan, patch, remove, type Step, status } from '@sampan/control/plan'
import { selects } from '@sampan/kit/selectors'
import { type Job, job } from '@sampan/resources/batch/job'
import { jobLabels } from '@sampan/resources/batch/job-identity'
import { isTrue, rfc3339, withCondition } from '@sampan/resources/conditions'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { controllerOf } from '@sampan/resources/owners'
import { claim, orphansOf } from './claim.ts'
import { count, isIndexed, isTracked, type JobCount, replacesFailedOnly, retryWait, tracking } from './job-count.ts'
import { failureCountKey, indexesText, indexOf } from './job-indexes.ts'
import { leastUsefulFirst } from './pod-rank.ts'
import { podFrom } from './pod-template.ts'

type JobStatus = NonNullable<Job['status']>
type Condition = NonNullable<JobStatus['conditions']>[number]
interface Outcome {
  type: 'SuccessCriteriaMet' | 'FailureTarget'
  reason: string
  message: string
}

/** More than this at once only makes the queue of the server longer. */
const mostAtOnce = 500

/** Another controller looks after the Job: nothing of it is touched here. */
const isForeign = ({ spec }: Job) =>
  (spec.managedBy ?? 'kubernetes.io/job-controller') !== 'kubernetes.io/job-controller'

export const isFinished = (one: Job) => isTrue(one, 'Complete') || isTrue(one, 'Failed')

/**
 * Runs pods until enough of them succeeded or too many failed. A finished pod is named in the status, then loses its
 * finalizer, then becomes a number: whatever fails in between, it is counted once.
 */
export function reconcileJob(one: Job, pods: readonly Pod[], now: Date): Plan {
  if (isFinished(one) || one.metadata.deletionTimestamp) return pods.filter(isTracked).map(released)
  const counts = count(one, pods)
  const startTime = one.spec.suspend ? undefined : (one.status?.startTime ?? rfc3339(now))
  const outcome = outcomeOf(one, counts, pods, startTime, now)
  const conditions = conditionsOf(one, counts, outcome, now)
  const next: JobStatus = {
    conditions: conditions.length > 0 ? conditions : undefined,
    startTime: startTime as never,
    active: counts.active.length || undefined,
    ready: counts.ready,
    terminating: counts.terminating,
    succeeded: (isIndexed(one) ? counts.completed.size : counts.settled.succeeded) || undefined,
    failed: counts.settled.failed || undefined,
    completedIndexes: indexesText(counts.completed) || undefined,
    failedIndexes: one.spec.backoffLimitPerIndex === undefined ? undefined : indexesText(counts.failedIndexes),
    uncountedTerminatedPods: Object.fromEntries(
      Object.entries(counts.uncounted).filter(([, uids]) => uids.length > 0),
    ) as never,
  }
  const isComplete = conditions.some(({ type, status: is }) => type === 'Complete' && is === 'True')
  if (isComplete) next.completionTime = rfc3339(now) as never
  return [
    ...(outcome || one.spec.suspend ? stop(one, counts.active) : manage(one, counts, pods, now)),
    status(job, one, next),
    ...counts.release.map(released),
    ...said(one, conditions),
    ...deadline(one, startTime, now),
  ]
}

const released = ({ metadata }: Pod): Step =>
  patch(
    pod,
    metadata,
    { metadata: { uid: metadata.uid, finalizers: (metadata.finalizers ?? []).filter((name) => name !== tracking) } },
    { unless: 'NotFound' },
  )

const stop = (one: Job, active: readonly Pod[]): Step[] => [
  ...active.map((each) => remove(pod, each)),
  ...active.map(({ metadata }) => event(one, 'Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`)),
]

/** How it ends, once that is certain: said before the last pods are gone. */
function outcomeOf(
  one: Job,
  counts: JobCount,
  pods: readonly Pod[],
  startTime: string | Date | undefined,
  now: Date,
): Outcome | undefined {
  const { spec } = one
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const before = one.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')
    if (before) return { type, reason: before.reason ?? '', message: before.message ?? '' }
  }
  const failure = (reason: string, message: string): Outcome => ({ type: 'FailureTarget', reason, message })
  if (counts.verdict) return failure('PodFailurePolicy', counts.verdict.message)
  const limit = spec.backoffLimit ?? 6
  if (counts.failed > limit || isRestartingTooOften(one, counts.active, limit))
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  const age = startTime ? now.getTime() - Date.parse(String(startTime)) : 0
  if (spec.activeDeadlineSeconds !== undefined && startTime && age >= spec.activeDeadlineSeconds * 1000)
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (spec.backoffLimitPerIndex !== undefined) {
    const { failedIndexes, completed } = counts
    if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes)
      return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
    if (failedIndexes.size > 0 && failedIndexes.size + completed.size >= (spec.completions ?? 0))
      return failure('FailedIndexes', 'Job has failed indexes')
  }
  const success = (reason: string, message: string): Outcome => ({ type: 'SuccessCriteriaMet', reason, message })
  const policy = successPolicy(one, counts)
  if (policy) return success('SuccessPolicy', policy)
  const isDone =
    spec.completions === undefined
      ? counts.succeeded > 0 && counts.active.length === 0 && pods.every(hasEnded)
      : counts.succeeded >= spec.completions
  return isDone ? success('CompletionsReached', 'Reached expected number of succeeded pods') : undefined
}

const hasEnded = ({ status: own }: Pod) => own?.phase === 'Succeeded' || own?.phase === 'Failed'

/** Containers that are restarted in place are failures too. */
function isRestartingTooOften({ spec }: Job, active: readonly Pod[], limit: number): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status: own } of active)
    for (const { restartCount } of [...(own?.initContainerStatuses ?? []), ...(own?.containerStatuses ?? [])])
      restarts += restartCount
  return limit === 0 ? restarts > 0 : restarts >= limit
}

function successPolicy({ spec }: Job, { completed }: JobCount): string | undefined {
  for (const [i, rule] of (spec.successPolicy?.rules ?? []).entries()) {
    const wanted = rule.succeededIndexes === undefined ? undefined : wantedIndexes(rule.succeededIndexes)
    const met = wanted ? wanted.filter((each) => completed.has(each)).length : completed.size
    if (met >= (rule.succeededCount ?? wanted?.length ?? Number.POSITIVE_INFINITY)) return `Matched rules at index ${i}`
  }
  return undefined
}

const wantedIndexes = (text: string) =>
  text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })

/** Starts what is missing, stops what is too many. */
function manage(one: Job, counts: JobCount, pods: readonly Pod[], now: Date): Step[] {
  const { spec } = one
  const parallelism = spec.parallelism ?? 1
  const open =
    spec.completions === undefined
      ? counts.succeeded > 0
        ? counts.active.length
        : parallelism
      : Math.max(0, spec.completions - counts.succeeded - counts.failedIndexes.size)
  const wanted = Math.min(open, spec.completions === undefined && counts.succeeded > 0 ? open : parallelism)
  const doubles = isIndexed(one) ? doubled(one, counts) : []
  const useful = counts.active.filter((each) => !doubles.includes(each))
  const surplus = leastUsefulFirst(useful).slice(0, Math.max(0, useful.length - wanted))
  const steps = stop(one, [...doubles, ...surplus])
  const held = replacesFailedOnly(one) ? counts.terminating : 0
  const missing = Math.min(mostAtOnce, wanted - useful.length - held)
  if (missing <= 0) return steps
  const wait = spec.backoffLimitPerIndex === undefined ? retryWait(pods, now) : 0
  if (wait > 0) return [...steps, again(wait)]
  if (!isIndexed(one)) return [...steps, ...Array.from({ length: missing }, () => started(one, undefined, 0))]
  return [...steps, ...startIndexes(one, counts, { pods, missing, now })]
}

/** Two pods for one index, or one for an index that is done or does not exist. */
function doubled({ spec }: Job, { active, completed }: JobCount): Pod[] {
  const taken = new Set<number>()
  return active
    .toSorted((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
    .filter((each) => {
      const own = indexOf(each)
      const isNeeded = own !== undefined && own < (spec.completions ?? 0) && !completed.has(own) && !taken.has(own)
      if (isNeeded) taken.add(own)
      return !isNeeded
    })
}

function startIndexes(
  one: Job,
  { active, completed, failedIndexes }: JobCount,
  { pods, missing, now }: { pods: readonly Pod[]; missing: number; now: Date },
): Step[] {
  const busy = new Set(
    [...active, ...(replacesFailedOnly(one) ? pods.filter((each) => !hasEnded(each)) : [])].map(indexOf),
  )
  const steps: Step[] = []
  let soonest = Number.POSITIVE_INFINITY
  let left = missing
  for (let i = 0; i < (one.spec.completions ?? 0) && left > 0; i++) {
    if (busy.has(i) || completed.has(i) || failedIndexes.has(i)) continue
    const lost = pods.filter((each) => indexOf(each) === i && each.status?.phase === 'Failed')
    const wait = one.spec.backoffLimitPerIndex === undefined ? 0 : retryWait(lost, now)
    if (wait > 0) soonest = Math.min(soonest, wait)
    else {
      const counted = lost.map(({ metadata }) => Number(metadata.annotations?.[failureCountKey] ?? 0) + 1)
      steps.push(started(one, i, Math.max(0, ...counted)))
      left--
    }
  }
  return soonest < Number.POSITIVE_INFINITY ? [...steps, again(soonest)] : steps
}

function started(one: Job, own: number | undefined, failures: number): Step {
  const made = podFrom(one.spec.template, job, one, {
    finalizers: [tracking],
    ...(own !== undefined && {
      generateName: `${one.metadata.name.slice(0, 57 - String(own).length)}-${own}-`,
      labels: { [jobLabels.index]: String(own) },
      annotations: {
        [jobLabels.index]: String(own),
        ...(one.spec.backoffLimitPerIndex !== undefined && { [failureCountKey]: String(failures) }),
      },
    }),
  })
  return create(pod, own === undefined ? made : { ...made, spec: indexedSpec(one, made.spec, own) }, {
    created: ({ metadata }) => [event(one, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name}`)],
    failed: ({ message }) => [event(one, 'Warning', 'FailedCreate', `Error creating: ${message}`)],
  })
}

function indexedSpec(one: Job, spec: Pod['spec'], own: number): Pod['spec'] {
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${jobLabels.index}']` } },
  }
  const told = <C extends Pod['spec']['containers'][number]>(container: C): C =>
    container.env?.some(({ name }) => name === variable.name)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] }
  return {
    ...spec,
    hostname: spec.hostname ?? `${one.metadata.name}-${own}`,
    containers: spec.containers.map(told),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(told) }),
  }
}

function conditionsOf(one: Job, counts: JobCount, outcome: Outcome | undefined, now: Date): Condition[] {
  let conditions: Condition[] = one.status?.conditions ?? []
  const say = (type: string, is: string, reason: string, message: string) => {
    const before = conditions.find((condition) => condition.type === type)
    if (before?.status === is && before.reason === reason) return
    const time = rfc3339(now)
    conditions = withCondition(conditions, { type, status: is, reason, message, lastProbeTime: time } as Condition, now)
  }
  if (outcome) {
    say(outcome.type, 'True', outcome.reason, outcome.message)
    const isOver =
      counts.active.length === 0 &&
      counts.terminating === 0 &&
      counts.uncounted.succeeded.length + counts.uncounted.failed.length === 0
    if (isOver) say(outcome.type === 'FailureTarget' ? 'Failed' : 'Complete', 'True', outcome.reason, outcome.message)
    return conditions
  }
  if (one.spec.suspend) say('Suspended', 'True', 'JobSuspended', 'Job suspended')
  else if (conditions.some(({ type }) => type === 'Suspended')) say('Suspended', 'False', 'JobResumed', 'Job resumed')
  return conditions
}

/** What changed for the user to read. */
function said(one: Job, conditions: readonly Condition[]): Step[] {
  const isNew = ({ type, status: is }: Condition) =>
    !one.status?.conditions?.some((before) => before.type === type && before.status === is)
  return conditions.filter(isNew).flatMap(({ type, status: is, reason = '', message = '' }) => {
    if (type === 'Complete') return [event(one, 'Normal', 'Completed', 'Job completed')]
    if (type === 'FailureTarget') return [event(one, 'Warning', reason, message)]
    if (type === 'Suspended') return [event(one, 'Normal', is === 'True' ? 'Suspended' : 'Resumed', message)]
    return []
  })
}

function deadline({ spec }: Job, startTime: string | Date | undefined, now: Date): Step[] {
  if (spec.activeDeadlineSeconds === undefined || !startTime) return []
  const left = Date.parse(String(startTime)) + spec.activeDeadlineSeconds * 1000 - now.getTime()
  return left > 0 ? [again(left)] : []
}

/** Tracked pods by the name of the Job they say they belong to, which may be another by now. */
const trackedOf = index(pod, 'job-tracked', (one: Pod) => {
  const owner = controllerOf(one)
  return owner?.kind === 'Job' && isTracked(one) ? [`${one.metadata.namespace}/${owner.name}`] : []
})

export const jobs: Controller = controller<Job>({
  name: 'job',
  kind: job,
  watches: [watch(pod, 'owner')],
  indexes: [orphansOf(pod), trackedOf],
  workers: 8,
  reconcile(one, snapshot) {
    if (isForeign(one)) return []
    const { owned, steps } = claim(pod, [job, one], {
      owned: snapshot.owned(pod, one),
      orphans: snapshot.by(pod, 'orphan', one.metadata.namespace ?? ''),
      isMatch: ({ metadata }) => selects(one.spec.selector, metadata.labels),
    })
    const strangers = snapshot
      .by(pod, 'job-tracked', `${one.metadata.namespace}/${one.metadata.name}`)
      .filter((each) => controllerOf(each)?.uid !== one.metadata.uid)
    return [...steps, ...strangers.map(released), ...reconcileJob(one, owned, snapshot.now)]
  },
  /** Nobody counts these pods any more: nothing must hold them. */
  gone: (at, snapshot) => snapshot.by(pod, 'job-tracked', `${at.namespace}/${at.name}`).map(released),
})
