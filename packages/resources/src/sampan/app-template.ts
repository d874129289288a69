import type { Resource } from '../meta.ts'
import { anything, type Infer, object, optional, text } from '../schema.ts'
import { ourResource } from './group.ts'

const spec = object({
  title: optional(text()),
  description: optional(text()),
  template: text({ description: 'Kubernetes YAML with Liquid variables; several documents' }),
  parameters: optional(anything({ description: 'JSON schema of the parameters beyond the common ones' })),
})

/** A service type. Operators add their own; the built-in ones are ordinary objects too. */
export type AppTemplate = Resource<'AppTemplate', Infer<typeof spec>>

export const appTemplate = ourResource<AppTemplate>({
  kind: 'AppTemplate',
  plural: 'apptemplates',
  scope: 'Cluster',
  description: 'A service type: Kubernetes YAML with variables.',
  spec,
  columns: [{ name: 'Title', value: (one) => one.spec.title, jsonPath: '.spec.title' }],
})
