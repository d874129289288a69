import type { Resource } from '../meta.ts'
import { anything, boolean, type Infer, integer, list, map, object, oneOf, optional, text } from '../schema.ts'
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

const spec = object({
  source: object(
    {
      type: oneOf(['git', 'image'], { default: 'git', description: 'git: the built-in repository of the app' }),
      image: optional(text({ description: 'With type image: what to run' })),
      branch: text({ default: 'main', description: 'A push to it starts a pipeline' }),
    },
    { default: {} },
  ),
  build: optional(
    object({
      dockerfile: optional(text({ description: 'Path in the repository; default Dockerfile' })),
      context: optional(text({ description: 'Folder in the repository; default the whole' })),
      cpu: optional(text()),
      memory: optional(text()),
      timeoutSeconds: optional(integer({ minimum: 30 })),
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
