import type { Environment } from '@sampan/resources/sampan/environment'
import type { Pipeline, Step } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { stepsOf } from '../logs/pipeline-log.ts'
import { inEnvironment } from '../rollouts/history.ts'

/** Everything one push set going, as it is at one moment. */
export interface View {
  pipeline: Pipeline
  release?: Release
  /** Of that release. */
  rollouts: readonly Rollout[]
  /** Of the project. */
  environments: readonly Environment[]
}

const endedStates: readonly string[] = ['verified', 'rolledBack', 'failed', 'superseded']
const stageWords: Record<string, string> = {
  approved: 'approved',
  applied: 'objects applied',
  rolledOut: 'instances are ready',
  routed: 'route is set',
  resolved: 'name resolves',
  rollingBack: 'rolling back',
}

/** What to tell somebody who knew `before` and now sees `after`. The end is `outcomeOf`'s business. */
export function progressBetween(before: View | undefined, after: View): string[] {
  return [
    ...queueLines(before?.pipeline, after.pipeline),
    ...noteLines(before?.pipeline, after.pipeline),
    ...stepLines(before?.pipeline, after.pipeline),
    ...(after.release && !before?.release ? [`Release ${after.release.spec.number} made.`] : []),
    ...after.rollouts.flatMap((rollout) =>
      rolloutLines(
        before?.rollouts.find((one) => one.metadata.name === rollout.metadata.name),
        rollout,
      ),
    ),
  ]
}

function queueLines(before: Pipeline | undefined, after: Pipeline): string[] {
  const { queuePosition: position, message } = after.status ?? {}
  return [
    ...(position && position !== before?.status?.queuePosition ? [`Waiting in the queue, place ${position}.`] : []),
    ...(message && message !== before?.status?.message ? [`   ${message}`] : []),
  ]
}

function noteLines(before: Pipeline | undefined, after: Pipeline): string[] {
  const known = new Set(before?.status?.warnings)
  return (after.status?.warnings ?? []).filter((note) => !known.has(note)).map((note) => `Note: ${note}`)
}

/** What people read above the lines of a step, by its path. */
export function titleOf(pipeline: Pipeline, path: string): string {
  const found = stepsOf(pipeline).find((one) => one.path === path)
  return found ? shownTitle(pipeline, found) : path
}

/** Steps of the default pipeline have titles; in a file of several pipelines the name alone would not do. */
const shownTitle = ({ status }: Pipeline, { path, step }: { path: string; step: Step }) =>
  step.title ?? ((status?.stages?.length ?? 0) > 1 ? path.replace('/', ' / ') : step.name)

function stepLines(before: Pipeline | undefined, after: Pipeline): string[] {
  const known = new Map((before ? stepsOf(before) : []).map(({ path, step }) => [path, step.state]))
  return stepsOf(after).flatMap(({ path, step }) => {
    const was = known.get(path) ?? 'pending'
    if (was === step.state) return []
    const title = shownTitle(after, { path, step })
    if (step.state === 'running') return [`== ${title}`]
    const told = was === 'pending' ? [`== ${title}`] : []
    // Where steps run side by side, only the name says which one is done.
    const whose = step.title ? '' : `${step.name} `
    if (step.state === 'success') return [...told, `   ${whose}done${took(step.startedAt, step.finishedAt)}`]
    if (step.state === 'skipped') return []
    const why = step.reason ? `: ${step.reason}` : ''
    return ['failure', 'error', 'cancelled'].includes(step.state) ? [...told, `   ${whose}failed${why}`] : []
  })
}

function rolloutLines(before: Rollout | undefined, after: Rollout): string[] {
  const state = after.status?.state
  const where = after.spec.environment
  const lines: string[] = before ? [] : [`== Deploying to ${where}`]
  const known = new Set(before?.status?.stages?.map((stage) => stage.name))
  for (const stage of after.status?.stages ?? []) {
    const words = stageWords[stage.name]
    if (words && !known.has(stage.name)) lines.push(`   ${where}: ${stage.message ?? words}`)
  }
  if (state === 'rollingBack' && before?.status?.state !== state) lines.push(`   ${where}: ${stageWords.rollingBack}`)
  const message = after.status?.message
  if (message && message !== before?.status?.message && !endedStates.includes(state ?? '')) {
    lines.push(`   ${where}: ${message}`)
  }
  return [...new Set(lines)]
}

export interface Outcome {
  ok: boolean
  lines: string[]
}

/** How it ended, when it did: the URL, or the reason in one sentence. */
export function outcomeOf(view: View, makesRelease = true): Outcome | undefined {
  const { pipeline, release, rollouts, environments } = view
  const { state = 'pending', reason, finishedAt } = pipeline.status ?? {}
  const short = pipeline.spec.commit.sha.slice(0, 8)
  if (state === 'pending' || state === 'running') return undefined
  if (state === 'blocked') {
    return {
      ok: true,
      lines: [
        `Pipeline ${pipeline.spec.number} waits for approval: ${reason ?? 'it is protected'} (sampan pipelines approve ${pipeline.spec.number}).`,
      ],
    }
  }
  if (state !== 'success') {
    const what = state === 'cancelled' ? 'Cancelled' : makesRelease ? 'Not deployed' : 'The pipeline failed'
    return { ok: false, lines: [`${what}: ${sentence(reason ?? 'the pipeline did not succeed and gave no reason')}`] }
  }
  if (finishedAt && !release && (!makesRelease || !pipeline.status?.image)) {
    const why = makesRelease ? 'It made no image, so there is nothing to deploy.' : 'Runs of this kind deploy nothing.'
    return {
      ok: true,
      lines: [`Pipeline ${pipeline.spec.number} (${short}) succeeded. ${reason ? sentence(reason) : why}`],
    }
  }
  if (finishedAt && !release && !pipeline.status?.image) {
    const why = reason ? ` ${sentence(reason)}` : ''
    return { ok: true, lines: [`Pipeline ${pipeline.spec.number} succeeded; it makes no release.${why}`] }
  }
  if (!finishedAt || !release) return reason ? { ok: false, lines: [`Not deployed: ${sentence(reason)}`] } : undefined
  const automatic = environments
    .filter(({ spec, metadata }) => spec.policy === 'automatic' && inEnvironment(release, metadata.name))
    .map((one) => one.metadata.name)
  if (automatic.length === 0) {
    return {
      ok: true,
      lines: [`Release ${release.spec.number} is ready. No environment takes releases by itself: promote it.`],
    }
  }
  const ends = automatic.map((name) => newest(rollouts.filter((one) => one.spec.environment === name)))
  if (!ends.every((one) => endedStates.includes(one?.status?.state ?? ''))) return undefined
  const failed = ends.filter((one) => one?.status?.state !== 'verified')
  return {
    ok: failed.length === 0,
    lines: ends.map((one) => {
      const where = one?.spec.environment
      if (one?.status?.state === 'verified')
        return `Release ${release.spec.number} (${short}) answers in ${where}: ${one.status.url ?? 'it has no route'}`
      if (one?.status?.state === 'superseded')
        return `Release ${release.spec.number} was overtaken in ${where} by a newer one.`
      return `Not deployed to ${where}: ${sentence(one?.status?.reason ?? 'the rollout failed and gave no reason')}`
    }),
  }
}

const newest = (rollouts: readonly Rollout[]) => rollouts.toSorted((a, b) => b.spec.number - a.spec.number)[0]

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)

function took(from?: string, to?: string): string {
  if (!from || !to) return ''
  // Kubernetes counts in whole seconds: less than one is not known better.
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  return seconds < 1 ? '' : ` in ${seconds} s`
}
