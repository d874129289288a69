import type { Messages } from '../data/messages.ts'

export const configMessages = {
  'config.title': { en: 'Secrets and config', zh: '密钥与配置' },
} as const satisfies Messages
