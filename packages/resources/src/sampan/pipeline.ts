import type { Resource } from '../meta.ts'
import { boolean, type Infer, integer, list, map, object, oneOf, optional, text, time } from '../schema.ts'
import { ourResource } from './group.ts'

/** `blocked` waits for somebody's word and `declined` got a no; `error`: it could not even be run as written. */
export const runStates = [
  'pending',
  'running',
  'success',
  'failure',
  'cancelled',
  'skipped',
  'error',
  'blocked',
  'declined',
] as const

export const pipelineEvents = [
  'push',
  'manual',
  'tag',
  'pull_request',
  'cron',
  'custom',
  'promote',
  'rollback',
] as const

const spec = object({
  app: text(),
  number: integer({ minimum: 1, description: 'Counts per app from 1' }),
  event: oneOf(pipelineEvents, { default: 'push' }),
  action: optional(text({ description: 'Of a pull request: opened, synchronized; of a tag: create' })),
  commit: object({
    sha: text({ minLength: 1 }),
    ref: text({ description: 'As `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/head`' }),
    before: optional(text()),
    message: optional(text()),
    author: optional(text({ description: 'Name' })),
    login: optional(text({ description: 'User name at the host of the source' })),
    email: optional(text()),
    avatar: optional(text()),
    link: optional(text({ description: 'Where people read it' })),
    time: optional(time()),
  }),
  branch: optional(text({ description: 'Target branch; empty for tags' })),
  sourceBranch: optional(text({ description: 'Of a pull request' })),
  pullRequest: optional(
    object({
      number: integer({ minimum: 1 }),
      title: optional(text()),
      fork: optional(boolean({ description: 'Comes from another repository: it gets no secrets' })),
    }),
  ),
  target: optional(text({ description: 'Environment of a promotion or rollback' })),
  cron: optional(text({ description: 'Name of the cron job' })),
  parent: optional(integer({ description: 'Number of the Pipeline it was started again or promoted from' })),
  by: optional(text({ description: 'Who pushed or pressed the button' })),
  parameters: optional(map(text())),
  deploy: optional(boolean({ default: true, description: 'false: a trial, which makes no release' })),
  cancel: optional(boolean({ description: 'Set to stop the run' })),
  approved: optional(map(boolean(), { description: 'Of blocked stages, by name: approved or declined' })),
})

const step = object({
  name: text(),
  title: optional(text({ description: 'What people read, as `Prepare the Python stack, once`' })),
  kind: optional(oneOf(['clone', 'service', 'step', 'image'], { default: 'step' })),
  image: optional(text()),
  after: optional(list(text(), { description: 'Names of the steps it waits for' })),
  detach: optional(boolean()),
  ignored: optional(boolean({ description: 'Its failure does not fail the stage' })),
  state: oneOf(runStates),
  reason: optional(text()),
  startedAt: optional(time()),
  finishedAt: optional(time()),
  exitCode: optional(integer()),
  pod: optional(text({ description: 'Name of the pod, in the namespace of builds' })),
  container: optional(text()),
  logLines: optional(integer({ description: 'How many lines are kept' })),
})

const stage = object({
  name: text(),
  kind: optional(
    oneOf(['pipeline', 'image'], { default: 'pipeline', description: 'image: what the default pipeline does' }),
  ),
  state: oneOf(runStates),
  reason: optional(text({ description: 'One sentence, when it did not succeed' })),
  after: optional(list(text(), { description: 'Names of the stages it waits for' })),
  startedAt: optional(time()),
  finishedAt: optional(time()),
  pod: optional(text({ description: 'Name of the pod that holds its workspace' })),
  steps: list(step),
})

const status = object({
  state: oneOf(runStates, { default: 'pending' }),
  reason: optional(text({ description: 'One sentence, when it did not succeed' })),
  message: optional(text({ description: 'What is happening now' })),
  attempts: optional(integer({ description: 'How often its pod was started; more than once after an interruption' })),
  startedAt: optional(time()),
  finishedAt: optional(time()),
  config: optional(text({ description: 'Path of the `.drone.yml` it follows; none: the default pipeline' })),
  stages: optional(list(stage)),
  warnings: optional(list(text())),
  artifacts: optional(
    list(
      object({
        type: oneOf(['image']),
        name: text({ description: 'Repository with registry host' }),
        tags: optional(list(text())),
        digest: text(),
        exposedPort: optional(integer()),
        step: optional(text({ description: '`<stage>/<step>`' })),
      }),
      { description: 'What the run made' },
    ),
  ),
  image: optional(text({ description: 'What becomes the release, by digest' })),
  exposedPort: optional(integer({ description: 'First port the image exposes' })),
  stack: optional(text({ description: 'The stack detected when there was no Dockerfile' })),
  release: optional(integer({ description: 'Number of the release it made' })),
  queuePosition: optional(integer()),
})

export type Stage = Infer<typeof stage>
export type Step = Infer<typeof step>

/** Name of a step among all steps of a Pipeline, as logs are kept under it: `<stage>/<step>`. */
export const stepPath = (stageName: string, stepName: string) => `${stageName}/${stepName}`

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
