import type { ProjectRole } from '@sampan/resources/sampan/project'
import type { MessageKey } from './messages.ts'

export const roleKeys: Record<ProjectRole, MessageKey> = {
  owner: 'project.roleOwner',
  maintainer: 'project.roleMaintainer',
  developer: 'project.roleDeveloper',
  viewer: 'project.roleViewer',
}
