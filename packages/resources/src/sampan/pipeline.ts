import type { Resource } from '../meta.ts'
import { boolean, type Infer, integer, list, map, object, oneOf, optional, text, time } from '../schema.ts'
import { ourResource } from './group.ts'

export const runStates = ['pending', 'running', 'success', 'failure', 'cancelled', 'skipped', 'error'] as const

const spec = object({
  app: text(),
  number: integer({ minimum: 1, description: 'Counts per app from 1' }),
  event: oneOf(['push', 'manual', 'tag', 'pull_request', 'cron', 'custom', 'promote', 'rollback'], { default: 'push' }),
  commit: object({
    sha: text({ minLength: 1 }),
    ref: text(),
    before: optional(text()),
    message: optional(text()),
    author: optional(text()),
    email: optional(text()),
    time: optional(time()),
  }),
  by: optional(text({ description: 'Who pushed or pressed the button' })),
  cancel: optional(boolean({ description: 'Set to stop the run' })),
  parameters: optional(map(text())),
})

const status = object({
  state: oneOf(runStates, { default: 'pending' }),
  reason: optional(text({ description: 'One sentence, when it did not succeed' })),
  message: optional(text({ description: 'What is happening now' })),
  attempts: optional(integer({ description: 'How often its pod was started; more than once after an interruption' })),
  startedAt: optional(time()),
  finishedAt: optional(time()),
  steps: optional(
    list(
      object({
        name: text(),
        title: optional(text({ description: 'What people read, as `Prepare the Python stack, once`' })),
        state: oneOf(runStates),
        reason: optional(text()),
        startedAt: optional(time()),
        finishedAt: optional(time()),
        exitCode: optional(integer()),
        pod: optional(text({ description: 'Name of the pod, in the namespace of builds' })),
        container: optional(text()),
        logLines: optional(integer({ description: 'How many lines are kept' })),
      }),
    ),
  ),
  image: optional(text({ description: 'What it built, by digest' })),
  exposedPort: optional(integer({ description: 'First port the image exposes' })),
  stack: optional(text({ description: 'The stack detected when there was no Dockerfile' })),
  release: optional(integer({ description: 'Number of the release it made' })),
  queuePosition: optional(integer()),
})

/** One run for one commit. Lives in the project's home namespace; its pods run in the namespace of builds. */
export type Pipeline = Resource<'Pipeline', Infer<typeof spec>, Infer<typeof status>>

export const pipeline = ourResource<Pipeline>({
  kind: 'Pipeline',
  plural: 'pipelines',
  scope: 'Namespaced',
  description: 'One run of the build for one commit.',
  spec,
  status,
  columns: [
    { name: 'App', value: (one) => one.spec.app, jsonPath: '.spec.app' },
    { name: 'Number', value: (one) => one.spec.number, type: 'integer', jsonPath: '.spec.number' },
    { name: 'State', value: (one) => one.status?.state, jsonPath: '.status.state' },
    { name: 'Commit', value: (one) => one.spec.commit.sha.slice(0, 8), jsonPath: '.spec.commit.sha' },
  ],
})
