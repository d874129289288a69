import type { Snapshot } from '@sampan/control/controller'
import { again, create, type Plan, remove, type Step } from '@sampan/control/plan'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { project } from '@sampan/resources/sampan/project'
import { standbyNameOf } from './names.ts'
import type { PipelineParts } from './parts.ts'
import { type Limits, limitsOf } from './settings.ts'
import { isFree, isWaiting, standbyLabel, standbyPod } from './standby-pod.ts'

const appOf = ({ metadata, spec }: Pipeline) => `${metadata.namespace}/${spec.app}`
const endOf = ({ status }: Pipeline) => Date.parse(status?.finishedAt ?? '')

/**
 * Who pushed will push again: for a while after a run of the default pipeline, a pod waits for the app's next one. Decided by the
 * newest run of the app once it has ended; only the few apps that were built last have one.
 */
export function keepStandby(one: Pipeline, snapshot: Snapshot, parts: PipelineParts): Plan {
  const all = snapshot.list(pipeline)
  const newest = newestOf(all)
  if (newest.get(appOf(one))?.metadata.uid !== one.metadata.uid) return []
  const { most, afterMs, keptMs } = parts.settings.standby
  const found = snapshot.by(pod, 'standby', appOf(one))
  const owner = snapshot.get(app, { namespace: one.metadata.namespace, name: one.spec.app })
  const ageMs = snapshot.now.getTime() - endOf(one)
  const wanted = [...newest.values()]
    .filter((each) => deservesOne(each) && snapshot.now.getTime() - endOf(each) < keptMs)
    .toSorted((a, b) => endOf(b) - endOf(a))
    .slice(0, most)
  if (!owner || !wanted.some((each) => each.metadata.uid === one.metadata.uid)) return removed(found)
  if (ageMs < afterMs) return [...removed(found), again(afterMs - ageMs)]
  const name = standbyNameOf(one)
  const made = standbyFor(one, name, limitsOf(owner, parts.settings, homeOf(one, snapshot)), parts)
  const fits = (each: Pod) =>
    each.metadata.name === name && each.metadata.labels?.[standbyLabel] === made.metadata.labels[standbyLabel]
  const kept = new Set(wanted.map(appOf))
  const others = [...newest.values()].filter((each) => each.status?.finishedAt && !kept.has(appOf(each)))
  return [
    ...removed(found.filter((each) => !fits(each))),
    ...removed(others.flatMap((each) => snapshot.by(pod, 'standby', appOf(each)))),
    // One that ended by itself stays, so that whatever ends it is not repeated without end.
    ...(found.some(fits) ? [] : [create(pod, made)]),
    again(keptMs - ageMs + 1000),
  ]
}

/** A pod that waits for a run of this app and was made as one for it would be made now; and those that do not fit. */
export function standbyOf(one: Pipeline, limits: Limits, snapshot: Snapshot, parts: PipelineParts) {
  const found = snapshot.by(pod, 'standby', appOf(one))
  const made = standbyFor(one, '', limits, parts).metadata.labels[standbyLabel]
  const fitting = found.find((each) => each.metadata.labels?.[standbyLabel] === made && isWaiting(each))
  return { fitting, others: removed(found.filter((each) => each !== fitting)) }
}

/** No pod waits for an app whose runs are being removed. */
export const dropStandby = (one: Pipeline, snapshot: Snapshot): Step[] =>
  removed(snapshot.by(pod, 'standby', appOf(one)).filter((each) => each.metadata.name === standbyNameOf(one)))

const removed = (pods: readonly Pod[]): Step[] =>
  pods
    .filter((each) => !each.metadata.deletionTimestamp && isFree(each))
    .map((each) => remove(pod, each, { graceSeconds: 0 }))

const homeOf = (one: Pipeline, snapshot: Snapshot) => snapshot.get(project, { name: one.metadata.namespace ?? '' })

function standbyFor(one: Pipeline, name: string, limits: Limits, { settings, pods }: PipelineParts) {
  const at = { name, project: one.metadata.namespace ?? '', app: one.spec.app }
  return standbyPod(at, limits, Math.ceil(settings.standby.keptMs / 1000) + 60 + limits.timeoutSeconds, pods)
}

function deservesOne({ status, metadata }: Pipeline): boolean {
  const { state = 'pending', config, stages = [] } = status ?? {}
  const isDefault = !config && stages.length === 1 && stages[0]?.kind === 'image'
  return isDefault && ['success', 'failure'].includes(state) && !metadata.deletionTimestamp
}

/** The newest run of every app. */
function newestOf(all: readonly Pipeline[]): Map<string, Pipeline> {
  const newest = new Map<string, Pipeline>()
  for (const one of all) {
    const before = newest.get(appOf(one))
    if (!before || before.spec.number < one.spec.number) newest.set(appOf(one), one)
  }
  return newest
}
