import type { Resource } from '../meta.ts'
import { type Infer, list, map, object, oneOf, optional, text } from '../schema.ts'
import { ourResource, shortName } from './group.ts'

export const projectRoles = ['owner', 'maintainer', 'developer', 'viewer'] as const
export type ProjectRole = (typeof projectRoles)[number]

const spec = object({
  title: optional(text({ description: 'What people call it; the name is used where there is none' })),
  members: list(object({ user: text({ minLength: 1 }), role: oneOf(projectRoles) }), { default: [] }),
  quota: optional(map(text(), { description: 'As ResourceQuota `spec.hard`, for all environments together' })),
})
const status = object({
  phase: optional(oneOf(['Active', 'Terminating', 'Failed'])),
  message: optional(text()),
  environments: optional(list(text())),
})

/** A tenant. Owns the namespace of its own name and one `<project>-<environment>` per environment. */
export type Project = Resource<'Project', Infer<typeof spec>, Infer<typeof status>>

export const project = ourResource<Project>({
  kind: 'Project',
  plural: 'projects',
  scope: 'Cluster',
  description: 'A tenant: members with roles, quota, environments.',
  spec,
  status,
  columns: [
    { name: 'Phase', value: (one) => one.status?.phase, jsonPath: '.status.phase' },
    { name: 'Environments', value: (one) => one.status?.environments?.join(','), jsonPath: '.status.environments' },
  ],
  validate: (one) => [
    !new RegExp(shortName.pattern).test(one.metadata.name) && {
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: "${one.metadata.name}": use lower-case letters, digits and dashes, starting with a letter`,
    },
  ],
})
