import type { Messages } from '../data/messages.ts'

/** What something is used for. */
export const purposeMessages = {
  'use.env': { en: 'environment', zh: '环境变量' },
  'use.identity': { en: 'identity', zh: '身份' },
  'use.pull': { en: 'pulling images', zh: '拉取镜像' },
  'use.tls': { en: 'TLS', zh: 'TLS' },
  'use.volume': { en: 'volume', zh: '卷' },
} as const satisfies Messages
