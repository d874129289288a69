import type { Resource } from '../meta.ts'
import { forbiddenField } from '../problem.ts'
import { type Infer, integer, list, object, optional, text, time } from '../schema.ts'
import { appParameters } from './app.ts'
import { ourResource } from './group.ts'

const spec = object({
  app: text(),
  number: integer({ minimum: 1 }),
  image: text({ description: 'By digest: `registry/project/app@sha256:…`' }),
  commit: optional(
    object({
      sha: text(),
      ref: optional(text()),
      message: optional(text()),
      author: optional(text()),
      time: optional(time()),
    }),
  ),
  pipeline: optional(text()),
  preview: optional(text({ description: 'The preview environment it was made for; it goes nowhere else' })),
  by: optional(text()),
  reason: optional(text({ description: 'Why it was made, when not by a push: `scaled to 3`, `rollback to 4`' })),
  exposedPort: optional(integer({ description: 'First port the image exposes; used when no port is stated' })),
  template: text({ description: 'The service type it was rendered from' }),
  parameters: appParameters,
  environments: list(
    object({
      name: text(),
      yaml: text({ description: 'Exactly what is applied there' }),
      hosts: list(text(), { description: 'Route and DNS names' }),
    }),
    { description: 'What the release is in each environment it was rendered for' },
  ),
})

/** The immutable record of what was made. Never edited: a rollback is a new Rollout of an old Release. */
export type Release = Resource<'Release', Infer<typeof spec>>

export const release = ourResource<Release>({
  kind: 'Release',
  plural: 'releases',
  scope: 'Namespaced',
  description: 'Immutable record: image digest, rendered YAML, parameters, routes.',
  spec,
  columns: [
    { name: 'App', value: (one) => one.spec.app, jsonPath: '.spec.app' },
    { name: 'Number', value: (one) => one.spec.number, type: 'integer', jsonPath: '.spec.number' },
    { name: 'Image', value: (one) => one.spec.image, wide: true, jsonPath: '.spec.image' },
  ],
  validate: (one, old) => [
    old &&
      JSON.stringify(old.spec) !== JSON.stringify(one.spec) &&
      forbiddenField('spec', 'a release is never changed; make a new one'),
  ],
})
