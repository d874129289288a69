import type { Resource } from '../meta.ts'
import { boolean, type Infer, integer, list, object, oneOf, optional, text, time } from '../schema.ts'
import { ourResource } from './group.ts'

/** The way of a release into an environment, in order; `rolledBack` and `failed` end it early. */
export const rolloutStages = ['planned', 'approved', 'applied', 'rolledOut', 'routed', 'resolved', 'verified'] as const
export const rolloutStates = [...rolloutStages, 'rollingBack', 'rolledBack', 'failed', 'superseded'] as const
export type RolloutState = (typeof rolloutStates)[number]

const spec = object({
  app: text(),
  number: integer({ minimum: 1, description: 'Counts per app and environment' }),
  environment: text(),
  release: text({ description: 'Name of the Release' }),
  previous: optional(text({ description: 'Release that served before: what a failure returns to' })),
  by: optional(text()),
  reason: optional(text()),
  rollback: optional(
    boolean({ description: 'Somebody went back to an earlier release: the app takes over its parameters' }),
  ),
  cancel: optional(boolean()),
})

const status = object({
  state: oneOf(rolloutStates, { default: 'planned' }),
  reason: optional(text({ description: 'One sentence: why it failed or was rolled back, and what to do' })),
  cause: optional(text({ description: 'The code of `reason` in docs/errors.md, as `wrong-port`' })),
  message: optional(text({ description: 'What is happening now' })),
  approvedBy: optional(
    list(text(), {
      description:
        'Who let it into an environment that asks for approval; in the status, which only the platform writes',
    }),
  ),
  url: optional(text()),
  startedAt: optional(time()),
  finishedAt: optional(time()),
  stages: optional(list(object({ name: oneOf(rolloutStates), at: time(), message: optional(text()) }))),
})

/** One Release on its way into one Environment. */
export type Rollout = Resource<'Rollout', Infer<typeof spec>, Infer<typeof status>>

export const rollout = ourResource<Rollout>({
  kind: 'Rollout',
  plural: 'rollouts',
  scope: 'Namespaced',
  description: 'One release on its way into one environment.',
  spec,
  status,
  columns: [
    { name: 'App', value: (one) => one.spec.app, jsonPath: '.spec.app' },
    { name: 'Environment', value: (one) => one.spec.environment, jsonPath: '.spec.environment' },
    { name: 'Release', value: (one) => one.spec.release, jsonPath: '.spec.release' },
    { name: 'State', value: (one) => one.status?.state, jsonPath: '.status.state' },
  ],
})
