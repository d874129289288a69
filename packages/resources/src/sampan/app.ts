import type { Resource } from '../meta.ts'
import {
  anything,
  boolean,
  conditions,
  type Infer,
  integer,
  list,
  map,
  object,
  oneOf,
  optional,
  text,
  time,
} from '../schema.ts'
import { ourResource } from './group.ts'

/** What the developer states once; the service type's template says what each value does. */
export const appParameters = object(
  {
    port: optional(
      integer({
        minimum: 1,
        maximum: 65535,
        description: 'Where the container listens; default: what the image exposes, else 8080',
      }),
    ),
    replicas: integer({ minimum: 0, maximum: 1000, default: 1, description: 'Number of instances' }),
    cpu: text({ default: '500m', description: 'CPU limit of one instance, as a Kubernetes quantity' }),
    memory: text({ default: '256Mi', description: 'Memory limit of one instance, as a Kubernetes quantity' }),
    env: map(text(), { default: {}, description: 'Environment variables' }),
    secrets: optional(
      list(text(), { description: 'Secrets of the environment whose entries become environment variables' }),
    ),
    configs: optional(
      list(text(), { description: 'ConfigMaps of the environment whose entries become environment variables' }),
    ),
    command: optional(list(text(), { description: 'Replaces the image entry point' })),
    args: optional(list(text())),
    route: optional(
      object({
        hosts: optional(list(text(), { description: 'Host names besides the generated one' })),
        path: optional(text({ default: '/' })),
        disabled: optional(boolean({ description: 'No route to the outside' })),
      }),
    ),
    check: optional(
      object({
        path: text({ default: '/', description: 'Requested through the front door before a release counts as done' }),
        status: optional(
          text({ description: 'What counts as an answer, as `200` or `2xx`; default: anything below 500' }),
        ),
      }),
    ),
    more: optional(anything({ description: 'Further parameters of the service type' })),
  },
  { default: {} },
)
export type AppParameters = Infer<typeof appParameters>

const cronJob = object({
  name: text({ minLength: 1 }),
  schedule: text({ description: 'Drone: six fields with seconds, or @daily and kin; in UTC' }),
  branch: text({ default: 'main' }),
  target: optional(text()),
  disabled: optional(boolean()),
})

/** Where code may live besides here; each speaks its own webhooks and takes commit statuses in its own way. */
export const codeHosts = ['github', 'gitlab', 'gitea', 'gogs'] as const
export type CodeHost = (typeof codeHosts)[number]

const spec = object({
  source: object(
    {
      type: oneOf(['git', 'svn', 'image'], {
        default: 'git',
        description: 'git: the built-in repository of the app, which follows `url` when there is one',
      }),
      image: optional(text({ description: 'With type image: what to run' })),
      branch: text({ default: 'main', description: 'A push to it starts a pipeline and makes a release' }),
      url: optional(text({ description: 'External git or Subversion address that is followed; without: built in' })),
      path: optional(text({ description: 'Of a Subversion repository; default trunk' })),
      credentials: optional(text({ description: 'Secret with `username` and `password` for `url`' })),
      pollSeconds: optional(integer({ minimum: 10, description: 'How often `url` is asked; default 60' })),
      webhook: optional(
        object({
          secret: optional(text({ description: 'Secret whose key `secret` signs what the host sends' })),
          statusToken: optional(text({ description: 'Secret whose key `token` may report commit statuses' })),
        }),
      ),
    },
    { default: {} },
  ),
  build: optional(
    object({
      dockerfile: optional(text({ description: 'Path in the repository; default Dockerfile' })),
      context: optional(text({ description: 'Folder in the repository; default the whole' })),
      cpu: optional(text()),
      memory: optional(text()),
      disk: optional(text({ description: 'What a run may write, as a Kubernetes quantity' })),
      pids: optional(integer({ minimum: 16 })),
      timeoutSeconds: optional(integer({ minimum: 30 })),
    }),
  ),
  pipelines: optional(
    object({
      config: optional(text({ description: 'Path of the pipeline file; default .drone.yml' })),
      trusted: optional(boolean({ description: 'May use privileged steps and folders of the host; operators only' })),
      protected: optional(boolean({ description: 'An unsigned or changed file waits for approval' })),
      autoCancel: optional(
        object({
          pushes: optional(boolean()),
          pullRequests: optional(boolean()),
          running: optional(boolean({ description: 'Also those that run already' })),
        }),
      ),
      throttle: optional(integer({ minimum: 1, description: 'Stages that run at once' })),
      cron: optional(list(cronJob)),
    }),
  ),
  previews: optional(
    object({
      pullRequests: optional(boolean({ description: 'Each pull request gets an environment of its own' })),
      branches: optional(list(text(), { description: 'Patterns of branches that get one, as `feature/**`' })),
      maxAgeHours: optional(integer({ minimum: 1, description: 'Removed when nothing was pushed for so long' })),
    }),
  ),
  template: text({ default: 'web', description: 'Service type: name of an AppTemplate' }),
  parameters: appParameters,
})

const status = object({
  repository: optional(text({ description: 'Path of the built-in git repository, as `demo/hello.git`' })),
  environments: optional(
    list(
      object({
        name: text(),
        state: oneOf(['none', 'building', 'deploying', 'verified', 'degraded', 'failed']),
        reason: optional(text({ description: 'One sentence, when something is not right' })),
        cause: optional(text({ description: 'The code of `reason` in docs/errors.md' })),
        url: optional(text()),
        release: optional(integer({ description: 'Number of the release that serves' })),
        ready: optional(integer()),
        replicas: optional(integer()),
        rollout: optional(text({ description: 'The newest Rollout' })),
      }),
    ),
  ),
  lastPipeline: optional(text()),
  lastRelease: optional(integer()),
  restored: optional(text({ description: 'The last rollback whose parameters the app took over' })),
  codeHost: optional(
    oneOf(codeHosts, { description: 'What `source.url` is served by, as its first webhook told; statuses go there' }),
  ),
  cron: optional(
    list(object({ name: text(), schedule: text(), since: time({ description: 'What fell due before is nobody’s' }) })),
  ),
  conditions: optional(conditions()),
  observedGeneration: optional(integer()),
})

export type App = Resource<'App', Infer<typeof spec>, Infer<typeof status>>

export const app = ourResource<App>({
  kind: 'App',
  plural: 'apps',
  scope: 'Namespaced',
  description: 'A service people run: source, service type, parameters.',
  spec,
  status,
  columns: [
    { name: 'Type', value: (one) => one.spec.template, jsonPath: '.spec.template' },
    { name: 'State', value: (one) => one.status?.environments?.[0]?.state, jsonPath: '.status.environments[0].state' },
    { name: 'Release', value: (one) => one.status?.lastRelease, type: 'integer', jsonPath: '.status.lastRelease' },
    { name: 'URL', value: (one) => one.status?.environments?.[0]?.url, jsonPath: '.status.environments[0].url' },
  ],
})
