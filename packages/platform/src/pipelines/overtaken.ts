import type { Snapshot } from '@sampan/control/controller'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { hasEnded } from '../logs/pipeline-log.ts'

/** Whether a newer run of the same event and ref makes this one needless, as the app asks for. */
export function overtaker(one: Pipeline, snapshot: Snapshot): Pipeline | undefined {
  const { namespace } = one.metadata
  const wanted = snapshot.get(app, { namespace, name: one.spec.app })?.spec.pipelines?.autoCancel
  if (!wanted) return undefined
  const { event, commit } = one.spec
  const isMeant = event === 'push' ? wanted.pushes : event === 'pull_request' ? wanted.pullRequests : false
  if (!isMeant || (one.status?.state === 'running' && !wanted.running)) return undefined
  return snapshot
    .list(pipeline, namespace)
    .find(
      ({ spec, metadata }) =>
        spec.app === one.spec.app &&
        spec.number > one.spec.number &&
        spec.event === event &&
        spec.commit.ref === commit.ref &&
        !metadata.deletionTimestamp,
    )
}

/** Runs that a new one may make needless. */
export const olderOf = (one: Pipeline, snapshot: Snapshot) =>
  snapshot
    .list(pipeline, one.metadata.namespace)
    .filter((each) => each.spec.app === one.spec.app && each.spec.number < one.spec.number && !hasEnded(each))

/** Runs of an app beyond those that are kept, when `one` is its newest. */
export function surplusOf(one: Pipeline, snapshot: Snapshot, kept: number): Pipeline[] {
  const all = snapshot
    .list(pipeline, one.metadata.namespace)
    .filter((each) => each.spec.app === one.spec.app)
    .toSorted((a, b) => b.spec.number - a.spec.number)
  if (all[0]?.metadata.uid !== one.metadata.uid) return []
  return all.slice(kept).filter((each) => hasEnded(each) && !each.metadata.deletionTimestamp)
}
