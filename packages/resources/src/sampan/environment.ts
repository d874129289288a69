import type { Resource } from '../meta.ts'
import { conditions, type Infer, integer, map, object, oneOf, optional, text, time } from '../schema.ts'
import { ourResource } from './group.ts'

const spec = object({
  cluster: text({ default: 'local', description: 'Name of the Cluster where releases run' }),
  namespace: optional(text({ description: 'Default `<project>-<environment>`' })),
  domain: optional(
    text({ description: 'Apps answer at `<app>-<environment>.<domain>`; default `<project>.<platform domain>`' }),
  ),
  order: integer({ default: 0, description: 'Place in the way to production, smallest first' }),
  policy: oneOf(['automatic', 'approval'], { default: 'automatic' }),
  quota: optional(map(text(), { description: 'As ResourceQuota `spec.hard`; default: a share of the project’s' })),
  env: optional(map(text(), { description: 'Overlay: environment variables of every app here' })),
  preview: optional(
    object(
      {
        app: text({ description: 'The only app that runs here' }),
        ref: text({ description: 'The only ref whose runs make releases for it, as `refs/pull/7/head`' }),
        pullRequest: optional(integer({ minimum: 1 })),
        until: optional(time({ description: 'Removed then, unless something is pushed before' })),
      },
      { description: 'Made for one pull request or branch, and removed with it' },
    ),
  ),
})
const status = object({
  phase: optional(oneOf(['Ready', 'Failed'])),
  namespace: optional(text()),
  domain: optional(text()),
  message: optional(text()),
  conditions: optional(conditions()),
})

/** Where releases of a project run. Lives in the project's home namespace. */
export type Environment = Resource<'Environment', Infer<typeof spec>, Infer<typeof status>>

export const environment = ourResource<Environment>({
  kind: 'Environment',
  plural: 'environments',
  scope: 'Namespaced',
  description: 'Where releases of a project run.',
  spec,
  status,
  columns: [
    { name: 'Policy', value: (one) => one.spec.policy, jsonPath: '.spec.policy' },
    { name: 'Namespace', value: (one) => one.status?.namespace, jsonPath: '.status.namespace' },
    { name: 'Phase', value: (one) => one.status?.phase, jsonPath: '.status.phase' },
  ],
})
