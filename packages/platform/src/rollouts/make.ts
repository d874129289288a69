import type { App } from '@sampan/resources/sampan/app'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { appLabel, environmentLabel, projectLabel } from '../labels.ts'
import { rolloutName, rolloutsOf, servingRollout } from './history.ts'

export interface NewRollout {
  app: App
  environment: string
  release: Release
  /** All of the app, any order. */
  rollouts: readonly Rollout[]
  by?: string
  reason?: string
  rollback?: boolean
}

/** The next rollout of an app into an environment. Its name is predictable: two that were made at once collide. */
export function rolloutFrom({ app, environment, release, rollouts, by, reason, rollback }: NewRollout): Rollout {
  const { name, namespace: project = '', uid = '' } = app.metadata
  const history = rolloutsOf(rollouts, name, environment)
  const number = 1 + (history.at(-1)?.spec.number ?? 0)
  const previous = servingRollout(history)?.spec.release
  return {
    apiVersion: 'sampan.dev/v1',
    kind: 'Rollout',
    metadata: {
      name: rolloutName(name, environment, number),
      namespace: project,
      labels: { [projectLabel]: project, [appLabel]: name, [environmentLabel]: environment },
      ownerReferences: [{ apiVersion: 'sampan.dev/v1', kind: 'App', name, uid, controller: true }],
    },
    spec: {
      app: name,
      number,
      environment,
      release: release.metadata.name,
      ...(previous && { previous }),
      ...(by && { by }),
      ...(reason && { reason }),
      ...(rollback && { rollback }),
    },
  }
}
