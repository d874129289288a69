import type { Environment } from '@sampan/resources/sampan/environment'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'

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

function stepLines(before: Pipeline | undefined, after: Pipeline): string[] {
  return (after.status?.steps ?? []).flatMap((step) => {
    const was = before?.status?.steps?.find((one) => one.name === step.name)?.state ?? 'pending'
    if (was === step.state) return []
    const title = step.title ?? step.name
    if (step.state === 'running') return [`== ${title}`]
    if (step.state === 'success') {
      const told = was === 'pending' ? [`== ${title}`] : []
      return [...told, `   done${took(step.startedAt, step.finishedAt)}`]
    }
    return step.state === 'failure' || step.state === 'error' ? ['   failed'] : []
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
export function outcomeOf({ pipeline, release, rollouts, environments }: View): Outcome | undefined {
  const { state = 'pending', reason, finishedAt } = pipeline.status ?? {}
  const short = pipeline.spec.commit.sha.slice(0, 8)
  if (state === 'pending' || state === 'running') return undefined
  if (state !== 'success') {
    const what = state === 'cancelled' ? 'Cancelled' : 'Not deployed'
    return { ok: false, lines: [`${what}: ${sentence(reason ?? 'the pipeline did not succeed and gave no reason')}`] }
  }
  if (!finishedAt || !release) return reason ? { ok: false, lines: [`Not deployed: ${sentence(reason)}`] } : undefined
  const automatic = environments.filter((one) => one.spec.policy === 'automatic').map((one) => one.metadata.name)
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
