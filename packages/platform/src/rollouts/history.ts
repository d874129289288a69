import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout, RolloutState } from '@sampan/resources/sampan/rollout'

/** States nothing comes after. */
const finalStates: readonly RolloutState[] = ['verified', 'rolledBack', 'failed', 'superseded']

export const stateOf = (one: Rollout): RolloutState => one.status?.state ?? 'planned'
export const isFinished = (one: Rollout) => finalStates.includes(stateOf(one))

/** The rollouts of one app into one environment, oldest first. */
export const rolloutsOf = (all: readonly Rollout[], app: string, environment: string): Rollout[] =>
  all
    .filter((one) => one.spec.app === app && one.spec.environment === environment)
    .toSorted((a, b) => a.spec.number - b.spec.number)

/** The last one that was verified: its release is what serves, whatever was tried since. */
export const servingRollout = (history: readonly Rollout[]): Rollout | undefined =>
  history.findLast((one) => stateOf(one) === 'verified')

export const rolloutName = (app: string, environment: string, number: number) => `${app}.${environment}.${number}`
export const releaseName = (app: string, number: number) => `${app}-${number}`

/** The releases of one app, oldest first. */
export const releasesOf = (all: readonly Release[], app: string): Release[] =>
  all.filter((one) => one.spec.app === app).toSorted((a, b) => a.spec.number - b.spec.number)

export const inEnvironment = (release: Release, environment: string) =>
  release.spec.environments.find((one) => one.name === environment)
