import { deployment } from '@sampan/resources/apps/deployment'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { type App, app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { pipeline } from '@sampan/resources/sampan/pipeline'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import type { AppRow, InstanceRow, ReleaseRow } from '@sampan/resources/sampan/rows'
import { type Purpose, previewsOf, purposeOf } from '../apps/purpose.ts'
import { environmentState } from '../apps/state.ts'
import { appLabel, environmentLabel, projectLabel, releaseLabel } from '../labels.ts'
import { diagnose } from '../rollouts/diagnosis.ts'
import { releasesOf, rolloutsOf, servingRollout, stateOf } from '../rollouts/history.ts'
import { deploymentProgress } from '../rollouts/workload.ts'
import { type ApiContext, all } from './context.ts'

/**
 * A row per environment. Said anew from what is there now and not read from the App's status, so that a deploy that has
 * just been reported as verified is never still shown as under way.
 */
export function rowsOf(context: ApiContext, one: App): AppRow[] {
  const { namespace: project = '', name } = one.metadata
  const everything = {
    app: one,
    rollouts: all(context, rollout, project).filter((each) => each.spec.app === name),
    releases: releasesOf(all(context, release, project), name),
    pipelines: all(context, pipeline, project)
      .filter((each) => each.spec.app === name)
      .toSorted((a, b) => a.spec.number - b.spec.number),
    environments: all(context, environment, project).toSorted(
      (a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name),
    ),
  }
  return [purposeOf(everything), ...previewsOf(everything)].flatMap((part) => rowsFor(context, one, part))
}

function rowsFor(context: ApiContext, one: App, { pipelines, releases, rollouts, environments }: Purpose): AppRow[] {
  const { namespace: project = '', name } = one.metadata
  return environments.map((where) => {
    const history = rolloutsOf(rollouts, name, where.metadata.name)
    const known = one.status?.environments?.find((each) => each.name === where.metadata.name)
    const namespace = where.status?.namespace ?? ''
    const live = all(context, deployment, namespace).filter((each) => each.metadata.labels?.[appLabel] === name)
    const progress = live.map(deploymentProgress)
    const isSettled = known?.rollout === history.at(-1)?.metadata.name
    const {
      name: _,
      rollout: __,
      cause: ___,
      ...state
    } = environmentState({
      environment: where.metadata.name,
      pipelines,
      releases,
      rollouts: history,
      instances: {
        ready: progress.reduce((sum, each) => sum + each.ready, 0),
        replicas: progress.reduce((sum, each) => sum + each.replicas, 0),
      },
      // Reasons that take questions to the cluster are the controller's: it has asked.
      trouble: known?.reason ? { code: known.cause ?? '', sentence: known.reason } : undefined,
      problem:
        isSettled && known?.cause === 'template' ? { code: 'template', sentence: known.reason ?? '' } : undefined,
    })
    return { project, name, environment: where.metadata.name, ...state }
  })
}

/** Newest first. */
export function releaseRows(context: ApiContext, one: App): ReleaseRow[] {
  const { namespace: project = '', name } = one.metadata
  const rollouts = all(context, rollout, project).filter((each) => each.spec.app === name)
  const places = [...new Set(rollouts.map((each) => each.spec.environment))]
  const serving = new Map(
    places.map((place) => [place, servingRollout(rolloutsOf(rollouts, name, place))?.spec.release]),
  )
  return releasesOf(all(context, release, project), name)
    .toReversed()
    .map(({ metadata, spec }) => ({
      number: spec.number,
      image: spec.image,
      commit: spec.commit,
      by: spec.by,
      reason: spec.reason,
      createdAt: metadata.creationTimestamp ?? '',
      serving: places.filter((place) => serving.get(place) === metadata.name),
      rollouts: rollouts
        .filter((each) => each.spec.release === metadata.name)
        .toSorted((a, b) => b.spec.number - a.spec.number)
        .map((each) => ({
          name: each.metadata.name,
          environment: each.spec.environment,
          state: stateOf(each),
          reason: each.status?.reason,
          startedAt: each.status?.startedAt,
          finishedAt: each.status?.finishedAt,
        })),
    }))
}

export const podsOfApp = (context: ApiContext, project: string, name: string, place?: string): Pod[] =>
  all(context, pod).filter(
    ({ metadata: { labels } }) =>
      labels?.[projectLabel] === project &&
      labels[appLabel] === name &&
      (place === undefined || labels[environmentLabel] === place),
  )

export const instanceRows = (context: ApiContext, one: App): InstanceRow[] =>
  podsOfApp(context, one.metadata.namespace ?? '', one.metadata.name).map((each) => {
    const { labels, deletionTimestamp } = each.metadata
    const { phase = 'Pending', conditions, containerStatuses = [], startTime } = each.status ?? {}
    const number = labels?.[releaseLabel]
    return {
      name: each.metadata.name,
      environment: labels?.[environmentLabel] ?? '',
      phase: deletionTimestamp ? 'Terminating' : phase,
      ready: conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
      restarts: containerStatuses.reduce((sum, status) => sum + status.restartCount, 0),
      reason: diagnose({ pods: [each], events: [], now: context.now() })?.sentence,
      startedAt: startTime,
      ...(number && { release: Number(number) }),
    }
  })

/** The App as the caches have it. */
export const appAt = (context: ApiContext, project: string, name: string): App | undefined =>
  context.caches.of(app).get({ namespace: project, name })
