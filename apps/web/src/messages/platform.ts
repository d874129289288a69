import type { Messages } from '../data/messages.ts'

export const platformMessages = {
  'platform.about': { en: 'About', zh: '关于' },
  'platform.disk': { en: 'Disk', zh: '磁盘' },
  'platform.settings': { en: 'Settings', zh: '设置' },
  'platform.types': { en: 'Service types', zh: '服务类型' },
  'platform.users': { en: 'Users', zh: '用户' },
} as const satisfies Messages
