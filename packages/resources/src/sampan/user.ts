import type { Resource } from '../meta.ts'
import { boolean, type Infer, list, object, optional, text } from '../schema.ts'
import { ourResource } from './group.ts'

const spec = object({
  title: optional(text()),
  email: optional(text()),
  groups: list(text(), { default: [], description: 'Group `sampan:admins` may do everything' }),
  disabled: optional(boolean()),
})

/** Somebody who signs in. The password hash is in the Secret `user-<name>` of `sampan-system`, never here. */
export type User = Resource<'User', Infer<typeof spec>>

export const user = ourResource<User>({
  kind: 'User',
  plural: 'users',
  scope: 'Cluster',
  description: 'Somebody who signs in.',
  spec,
  columns: [{ name: 'Groups', value: (one) => one.spec.groups.join(','), jsonPath: '.spec.groups' }],
})
