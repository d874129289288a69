import type { Messages } from '../data/messages.ts'

export const settingsMessages = {
  'settings.branch': { en: 'Branch', zh: '分支' },
  'settings.builtIn': { en: 'built-in repository', zh: '内置仓库' },
  'settings.image': { en: 'container image', zh: '容器镜像' },
  'settings.source': { en: 'Source', zh: '来源' },
  'settings.type': { en: 'Service type', zh: '服务类型' },
} as const satisfies Messages
