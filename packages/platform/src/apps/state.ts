import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { isFinished, servingRollout, stateOf } from '../rollouts/history.ts'

export type EnvironmentStatus = NonNullable<NonNullable<App['status']>['environments']>[number]

export interface Situation {
  environment: string
  /** The app's runs and releases, and its rollouts into this environment; oldest first. */
  pipelines: readonly Pipeline[]
  releases: readonly Release[]
  rollouts: readonly Rollout[]
  /** Instances of the release that serves. */
  instances: { ready: number; replicas: number }
  /** Why instances of the release that serves are missing. */
  trouble?: { code: string; sentence: string }
  /** Why no release could be made. */
  problem?: { code: string; sentence: string }
}

/** What people are told about an app in one environment. Pure. */
export function environmentState(given: Situation): EnvironmentStatus {
  const { environment, pipelines, releases, rollouts, instances, trouble, problem } = given
  const newest = rollouts.at(-1)
  const serving = servingRollout(rollouts)
  const run = pipelines.at(-1)
  const base: EnvironmentStatus = {
    name: environment,
    state: 'none',
    ...(newest && { rollout: newest.metadata.name }),
    ...(serving && { url: serving.status?.url, release: numberOf(serving, releases), ...instances }),
  }
  const say = (state: EnvironmentStatus['state'], why?: { code?: string; sentence: string }): EnvironmentStatus =>
    clean({ ...base, state, reason: why?.sentence, cause: why?.code })
  const still = serving && `release ${numberOf(serving, releases)} serves`

  if (newest && !isFinished(newest)) {
    const returning = stateOf(newest) === 'rollingBack'
    const reason = returning ? newest.status?.reason : newest.status?.message
    return say('deploying', reason ? { sentence: reason, code: newest.status?.cause } : undefined)
  }
  if (run && (!run.status || run.status.state === 'pending' || run.status.state === 'running')) return say('building')
  if (problem) return say(serving ? 'degraded' : 'failed', problem)
  if (run && isLater(run, newest, releases) && run.status && run.status.state !== 'success') {
    const why = run.status.reason ?? `it ended as ${run.status.state}`
    if (run.status.state === 'cancelled' || run.status.state === 'skipped') return settled()
    const sentence = ended(`Build ${run.spec.number} failed: ${why}`)
    return say(serving ? 'degraded' : 'failed', { sentence: still ? `${sentence} Meanwhile ${still}.` : sentence })
  }
  return settled()

  function settled(): EnvironmentStatus {
    if (!newest) return say('none')
    const { reason, cause } = newest.status ?? {}
    const state = stateOf(newest)
    if (state === 'rolledBack' || state === 'failed') {
      const number = numberOf(newest, releases) ?? newest.spec.release
      const sentence = ended(reason ?? 'The rollout failed.')
      return serving
        ? say('degraded', { sentence: `Release ${number} was not taken: ${sentence} Meanwhile ${still}.`, code: cause })
        : say('failed', { sentence, code: cause })
    }
    if (instances.ready < instances.replicas) {
      const missing = `${instances.ready} of ${instances.replicas} instances are ready.`
      return say('degraded', trouble ?? { sentence: missing })
    }
    return say('verified')
  }
}

const numberOf = (one: Rollout, releases: readonly Release[]) =>
  releases.find((made) => made.metadata.name === one.spec.release)?.spec.number

/** Whether a run came after what was last rolled out: an old failure is no news. */
function isLater(run: Pipeline, newest: Rollout | undefined, releases: readonly Release[]): boolean {
  if (!newest) return true
  const made = releases.find((one) => one.metadata.name === newest.spec.release)
  const from = run.metadata.creationTimestamp ?? ''
  return made?.spec.pipeline !== run.metadata.name && from >= (newest.metadata.creationTimestamp ?? '')
}

/** Reasons come from many places; another sentence may follow. */
const ended = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)

const clean = (one: EnvironmentStatus): EnvironmentStatus =>
  Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as EnvironmentStatus
