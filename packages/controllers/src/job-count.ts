import type { Job } from '@sampan/resources/batch/job'
import { isReady, type Pod } from '@sampan/resources/core/pod'
import { type PolicyVerdict, policyOn } from './job-failure-policy.ts'
import { failureCountKey, indexesFrom, indexOf } from './job-indexes.ts'

export const tracking = 'batch.kubernetes.io/job-tracking'
export const isTracked = ({ metadata }: Pod) => !!metadata.finalizers?.includes(tracking)
export const isIndexed = ({ spec }: Job) => spec.completionMode === 'Indexed'

/** What a Job's pods amount to, each counted once however often this runs. */
export interface JobCount {
  active: readonly Pod[]
  ready: number
  /** On their way out, not finished. */
  terminating: number
  /** In all, those included that are not yet in the status' own numbers. */
  succeeded: number
  failed: number
  completed: Set<number>
  failedIndexes: Set<number>
  /** Numbers the status may hold: pods whose finalizer is gone. */
  settled: { succeeded: number; failed: number }
  /** Finished pods that the status must name before their finalizers go. */
  uncounted: { succeeded: string[]; failed: string[] }
  /** Pods whose finalizer may go once that is written. */
  release: readonly Pod[]
  /** A rule says that the Job fails. */
  verdict?: PolicyVerdict
}

/** Which pods count as failures: a leaving one too, unless only failed ones are to be replaced. */
const isLost = (job: Job, { metadata, status }: Pod) =>
  status?.phase === 'Failed' ||
  (metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded' && !replacesFailedOnly(job))

export const replacesFailedOnly = ({ spec }: Job) => spec.podReplacementPolicy === 'Failed'

export function count(job: Job, pods: readonly Pod[]): JobCount {
  const { status, spec } = job
  const before = status?.uncountedTerminatedPods
  const byUid = new Map(pods.map((pod) => [pod.metadata.uid ?? '', pod]))
  const isPending = (uid: string) => {
    const pod = byUid.get(uid)
    return pod !== undefined && isTracked(pod)
  }
  const uncounted = {
    succeeded: (before?.succeeded ?? []).filter(isPending),
    failed: (before?.failed ?? []).filter(isPending),
  }
  const settled = {
    succeeded: (status?.succeeded ?? 0) + (before?.succeeded ?? []).length - uncounted.succeeded.length,
    failed: (status?.failed ?? 0) + (before?.failed ?? []).length - uncounted.failed.length,
  }
  const known = new Set([...uncounted.succeeded, ...uncounted.failed])
  const completed = indexesFrom(status?.completedIndexes)
  const failedIndexes = indexesFrom(status?.failedIndexes)
  const release: Pod[] = []
  let verdict: PolicyVerdict | undefined
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? ''
    const index = isIndexed(job) ? indexOf(pod) : undefined
    const isGood = pod.status?.phase === 'Succeeded'
    if (!isGood && !isLost(job, pod)) continue
    const isTrackedPod = isTracked(pod)
    if (isTrackedPod) release.push(pod)
    if (!isTrackedPod || known.has(uid)) continue
    if (isGood) {
      if (index !== undefined && (completed.has(index) || index >= (spec.completions ?? 0))) continue
      if (index !== undefined) completed.add(index)
      uncounted.succeeded.push(uid)
      continue
    }
    if (spec.suspend && pod.metadata.deletionTimestamp) continue // stopped by the suspension: no failure of its own
    const said = policyOn(job, pod)
    if (said.action === 'Ignore') continue
    if (said.action === 'FailJob') verdict ??= said
    if (index !== undefined && spec.backoffLimitPerIndex !== undefined) {
      const failures = Number(pod.metadata.annotations?.[failureCountKey] ?? 0) + 1
      if (said.action === 'FailIndex' || failures > spec.backoffLimitPerIndex) failedIndexes.add(index)
    }
    uncounted.failed.push(uid)
  }
  const active = pods.filter(
    (pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed' && !pod.metadata.deletionTimestamp,
  )
  return {
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(
      ({ metadata, status: own }) =>
        metadata.deletionTimestamp !== undefined && own?.phase !== 'Succeeded' && own?.phase !== 'Failed',
    ).length,
    succeeded: isIndexed(job) ? completed.size : settled.succeeded + uncounted.succeeded.length,
    failed: settled.failed + uncounted.failed.length,
    completed,
    failedIndexes,
    settled,
    uncounted,
    release,
    verdict,
  }
}

const firstMs = 10_000
const mostMs = 600_000

/** Milliseconds until pods may be started again: 10 s after a failure, doubling with each in a row, 10 min at most. */
export function retryWait(pods: readonly Pod[], now: Date): number {
  const ends = (phase: string) => pods.filter(({ status }) => status?.phase === phase).map((pod) => endOf(pod))
  const lastSuccess = Math.max(0, ...ends('Succeeded'))
  const failures = ends('Failed').filter((end) => end > lastSuccess)
  if (failures.length === 0) return 0
  const wait = Math.min(mostMs, firstMs * 2 ** (failures.length - 1))
  return Math.max(0, Math.max(...failures) + wait - now.getTime())
}

/** When the last container ended; else when the pod stopped being ready, else when it was made. */
export function endOf({ metadata, status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(
    ({ state }) => Date.parse(state?.terminated?.finishedAt ?? '') || 0,
  )
  const last = Math.max(0, ...ends)
  if (last > 0) return last
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime
  return Date.parse(ready ?? metadata.creationTimestamp ?? '') || 0
}
